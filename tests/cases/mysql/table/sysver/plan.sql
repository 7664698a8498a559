SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `t` ADD SYSTEM VERSIONING;
SET SESSION system_versioning_alter_history = DEFAULT;
