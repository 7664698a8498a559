SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `linked` DROP FOREIGN KEY `f`;
ALTER TABLE `linked`
  MODIFY COLUMN `a` varchar(45) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
  ALGORITHM=COPY, LOCK=SHARED;
UPDATE `linked` SET `a` = CONCAT('::ffff:', `a`) WHERE LOCATE(':', `a`) = 0;
ALTER TABLE `linked`
  MODIFY COLUMN `a` inet6,
  ALGORITHM=COPY, LOCK=SHARED;
ALTER TABLE `t`
  MODIFY COLUMN `a` varchar(45) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  MODIFY COLUMN `b` varchar(45) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci COMMENT 'it''s',
  MODIFY COLUMN `c` varchar(45) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci INVISIBLE,
  ALGORITHM=COPY, LOCK=SHARED;
UPDATE `t` SET `a` = CONCAT('::ffff:', `a`), `seen` = `seen` WHERE LOCATE(':', `a`) = 0;
UPDATE `t` SET `b` = SUBSTRING(`b`, 8), `seen` = `seen` WHERE LEFT(`b`, 7) = '::ffff:' AND LOCATE('.', `b`) > 0;
UPDATE `t` SET `c` = CONCAT('::ffff:', `c`), `seen` = `seen` WHERE LOCATE(':', `c`) = 0;
ALTER TABLE `t`
  DROP KEY `k`,
  DROP COLUMN `d`,
  MODIFY COLUMN `a` inet6 NOT NULL DEFAULT '::ffff:10.0.0.1',
  MODIFY COLUMN `b` inet4 NOT NULL DEFAULT '1.1.1.1' COMMENT 'it''s',
  MODIFY COLUMN `c` inet6 INVISIBLE,
  ADD COLUMN `e` int(11),
  ADD KEY `k` (`b`, `e`),
  ALGORITHM=COPY, LOCK=SHARED;
ALTER TABLE `linked` DROP KEY `f`, ADD KEY `f` (`a`), ADD CONSTRAINT `f` FOREIGN KEY (`a`) REFERENCES `t` (`a`), ALGORITHM=COPY, LOCK=SHARED;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
