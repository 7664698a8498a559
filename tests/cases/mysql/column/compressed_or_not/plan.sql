SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  MODIFY COLUMN `a` text CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci COMPRESSED,
  MODIFY COLUMN `b` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
