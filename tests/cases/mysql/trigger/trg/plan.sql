SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
DROP TRIGGER `t3`;
DROP TRIGGER `t2`;
CREATE OR REPLACE trigger t1 before insert on t for each row set new.a=11;
CREATE trigger t2 before insert on t for each row FOLLOWS `t1` set new.a=2;
CREATE trigger t3 before insert on t for each row FOLLOWS `t2` set new.a=3;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
