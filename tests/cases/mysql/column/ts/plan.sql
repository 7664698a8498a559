SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  MODIFY COLUMN `a` timestamp NULL,
  ADD COLUMN `b` timestamp NULL DEFAULT '2000-01-01 00:00:01',
  ADD COLUMN `c` timestamp(6) NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6);
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
