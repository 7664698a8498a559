SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  ADD COLUMN `b` int(11),
  PAGE_CHECKSUM=DEFAULT;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
