SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `t`
  DROP COLUMN `e`,
  DROP COLUMN `s`,
  DROP PERIOD FOR SYSTEM_TIME,
  DROP SYSTEM VERSIONING;
ALTER TABLE `t`
  ADD COLUMN `b` int(11),
  ADD COLUMN `c` int(11),
  ADD SYSTEM VERSIONING;
ALTER TABLE `t` MODIFY COLUMN `b` int(11) WITHOUT SYSTEM VERSIONING;
SET SESSION system_versioning_alter_history = DEFAULT;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
