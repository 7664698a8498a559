SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `t` DROP SYSTEM VERSIONING;
ALTER TABLE `t`
  ADD COLUMN `b` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
  ADD COLUMN `rs` timestamp(6) GENERATED ALWAYS AS ROW START,
  ADD COLUMN `re` timestamp(6) GENERATED ALWAYS AS ROW END,
  ADD PERIOD FOR SYSTEM_TIME (`rs`, `re`),
  ADD SYSTEM VERSIONING;
SET SESSION system_versioning_alter_history = DEFAULT;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
