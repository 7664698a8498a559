SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
DROP VIEW `v3`;
DROP VIEW `v2`;
DROP VIEW `v1`;
ALTER TABLE `t`
  DROP COLUMN `b`,
  ADD COLUMN `c` int(11),
  ALGORITHM=INSTANT, LOCK=NONE;
CREATE VIEW `v3` AS select `t`.`a` AS `a`,`t`.`c` AS `c` from `t`;
CREATE VIEW `v2` AS select `v3`.`a` AS `a`,`v3`.`c` AS `c` from `v3`;
CREATE VIEW `v1` AS select `v2`.`a` AS `a`,`v2`.`c` AS `c` from `v2`;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
