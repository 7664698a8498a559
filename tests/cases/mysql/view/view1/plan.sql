SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  ADD COLUMN `c` int(11),
  ALGORITHM=INSTANT, LOCK=NONE;
CREATE OR REPLACE ALGORITHM=UNDEFINED VIEW `v` AS select `t`.`a` AS `a`,`t`.`b` AS `b`,`t`.`c` AS `c` from `t`;
CREATE VIEW `v2` AS select `v`.`a` + 1 AS `x` from `v`;
CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW `v3` AS select `t`.`a` AS `a` from `t` where `t`.`a` > 1 WITH LOCAL CHECK OPTION;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
