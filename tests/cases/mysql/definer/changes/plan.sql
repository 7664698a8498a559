SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
SET @reconcile_time_zone = COALESCE(@reconcile_time_zone, @@SESSION.time_zone), SESSION time_zone = '+00:00';
CREATE OR REPLACE DEFINER=`two`@`localhost` EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE DO SELECT 1;
SET SESSION time_zone = COALESCE(@reconcile_time_zone, @@SESSION.time_zone), @reconcile_time_zone = NULL;
CREATE OR REPLACE DEFINER=`two`@`localhost` FUNCTION `f`() RETURNS int(11)
RETURN 1;
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES,IGNORE_SPACE,NO_AUTO_CREATE_USER,NO_FIELD_OPTIONS,NO_KEY_OPTIONS,NO_TABLE_OPTIONS,ORACLE,PIPES_AS_CONCAT,SIMULTANEOUS_ASSIGNMENT';
CREATE OR REPLACE DEFINER=`two`@`localhost` PACKAGE "k" AS FUNCTION f RETURN INT; END;
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES,IGNORE_SPACE,NO_AUTO_CREATE_USER,NO_FIELD_OPTIONS,NO_KEY_OPTIONS,NO_TABLE_OPTIONS,ORACLE,PIPES_AS_CONCAT,SIMULTANEOUS_ASSIGNMENT';
CREATE OR REPLACE DEFINER=`two`@`localhost` PACKAGE BODY "k" AS FUNCTION f RETURN INT AS BEGIN RETURN 1; END; END;
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
CREATE OR REPLACE DEFINER=`two`@`localhost` PROCEDURE `p`()
SELECT 1;
CREATE OR REPLACE DEFINER=`two`@`localhost` TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;
CREATE OR REPLACE ALGORITHM=UNDEFINED DEFINER=`two`@`localhost` VIEW `v` AS select `t`.`a` AS `a` from `t`;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
