SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `t`
  DROP COLUMN `re`,
  DROP COLUMN `rs`,
  DROP PERIOD FOR SYSTEM_TIME,
  DROP SYSTEM VERSIONING;
ALTER TABLE `t`
  MODIFY COLUMN `a` bigint(20),
  ADD COLUMN `rs` timestamp(6) GENERATED ALWAYS AS ROW START,
  ADD COLUMN `re` timestamp(6) GENERATED ALWAYS AS ROW END,
  ADD PERIOD FOR SYSTEM_TIME (`rs`, `re`),
  ADD SYSTEM VERSIONING;
SET SESSION system_versioning_alter_history = DEFAULT;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
