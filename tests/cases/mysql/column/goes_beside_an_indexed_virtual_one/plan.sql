SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `u` DROP COLUMN `c`;
ALTER TABLE `t`
  DROP CONSTRAINT `k`,
  DROP COLUMN `c`,
  ADD COLUMN `e` varbinary(20) NOT NULL DEFAULT 'x';
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
