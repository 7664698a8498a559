SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `t` DROP SYSTEM VERSIONING;
ALTER TABLE `t`
  ADD COLUMN `y` int(11),
  ENGINE=InnoDB;
SET SESSION system_versioning_alter_history = DEFAULT;
SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `u` DROP SYSTEM VERSIONING;
ALTER TABLE `u`
  MODIFY COLUMN `x` bigint(20),
  ADD SYSTEM VERSIONING,
  ENGINE=InnoDB;
SET SESSION system_versioning_alter_history = DEFAULT;
SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `v`
  DROP COLUMN `e`,
  DROP COLUMN `s`,
  DROP PERIOD FOR SYSTEM_TIME,
  DROP SYSTEM VERSIONING;
ALTER TABLE `v`
  DROP PRIMARY KEY,
  ADD PRIMARY KEY (`id`),
  ENGINE=InnoDB;
SET SESSION system_versioning_alter_history = DEFAULT;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
