SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `t` ADD COLUMN `b` int(11);
SET SESSION system_versioning_alter_history = DEFAULT;
