SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  ADD COLUMN `u` uuid DEFAULT uuid(),
  ADD COLUMN `i4` inet4,
  ADD COLUMN `i6` inet6 DEFAULT '::1',
  ADD COLUMN `vb` varbinary(16),
  ADD COLUMN `mp` multipoint,
  ADD COLUMN `gc` geometrycollection,
  ADD COLUMN `ll` longblob,
  ADD COLUMN `lv` mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
  ADD COLUMN `s` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  ADD UNIQUE KEY `s` (`s`),
  ALGORITHM=COPY, LOCK=SHARED;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
