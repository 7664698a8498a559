ALTER TABLE `t`
  MODIFY COLUMN `a` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
  MODIFY COLUMN `b` varchar(10) CHARACTER SET latin1 COLLATE latin1_swedish_ci,
  ADD COLUMN `c` varchar(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci,
  ADD COLUMN `d` char(3) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin,
  ADD COLUMN `e` varbinary(4),
  DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;
