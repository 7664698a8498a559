SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  ADD COLUMN `b` bit(3) DEFAULT b'101',
  ADD COLUMN `x` binary(4) DEFAULT 'ab\0\0',
  ADD COLUMN `y` varbinary(10) DEFAULT '\0A',
  ADD COLUMN `z` blob DEFAULT 'x',
  ADD COLUMN `q` char(3) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT '\\',
  ADD COLUMN `f` float DEFAULT 1.5,
  ADD COLUMN `d` double(8,3) DEFAULT -1.000,
  ADD COLUMN `n` decimal(20,10) unsigned zerofill DEFAULT 0000000003.0000000000,
  ADD COLUMN `yr` year(4) DEFAULT 2000,
  ADD COLUMN `tm` time(3) DEFAULT '10:00:00.000',
  ALGORITHM=INSTANT, LOCK=NONE;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
