SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t` `PAGE_COMPRESSED`=DEFAULT;
ALTER TABLE `t`
  MODIFY COLUMN `x` bigint(20),
  ENGINE=MyISAM;
SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `u`
  DROP SYSTEM VERSIONING,
  `PAGE_COMPRESSED`=DEFAULT;
ALTER TABLE `u` ENGINE=MyISAM;
SET SESSION system_versioning_alter_history = DEFAULT;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
