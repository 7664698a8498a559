ALTER TABLE `t`
  DROP KEY `foo`,
  DROP COLUMN `foo`,
  ADD COLUMN `bar` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
  ADD KEY `bar` (`bar`),
  ALGORITHM=INPLACE, LOCK=NONE;
