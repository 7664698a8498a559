SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
CREATE OR REPLACE ALGORITHM=UNDEFINED VIEW `b` AS select `t`.`a` AS `a` from `t`;
CREATE OR REPLACE ALGORITHM=UNDEFINED VIEW `a` AS select `b`.`a` AS `a` from `b`;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
