ALTER TABLE `t`
  ADD COLUMN `b` int(11) NOT NULL,
  ADD COLUMN `c` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  ADD COLUMN `d` datetime NOT NULL DEFAULT current_timestamp(),
  ALGORITHM=INSTANT, LOCK=NONE;
