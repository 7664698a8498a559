SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  MODIFY COLUMN `a` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
  MODIFY COLUMN `b` varchar(10) CHARACTER SET latin1 COLLATE latin1_swedish_ci,
  ADD COLUMN `c` varchar(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_ai_ci,
  ADD COLUMN `d` char(3) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin,
  ADD COLUMN `e` varbinary(4),
  DEFAULT CHARSET=utf8mb3 COLLATE=utf8mb3_general_ci;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
