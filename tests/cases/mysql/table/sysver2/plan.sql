SET SESSION system_versioning_alter_history = KEEP;
ALTER TABLE `t` DROP SYSTEM VERSIONING;
ALTER TABLE `t`
  ADD COLUMN `b` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
  ADD COLUMN `rs` timestamp(6) GENERATED ALWAYS AS ROW START,
  ADD COLUMN `re` timestamp(6) GENERATED ALWAYS AS ROW END,
  ADD PERIOD FOR SYSTEM_TIME (`rs`, `re`),
  ADD SYSTEM VERSIONING;
SET SESSION system_versioning_alter_history = DEFAULT;
