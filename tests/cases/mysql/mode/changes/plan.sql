SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
SET @reconcile_time_zone = COALESCE(@reconcile_time_zone, @@SESSION.time_zone), SESSION time_zone = '+00:00';
CREATE OR REPLACE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE DO SELECT 1;
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
SET SESSION time_zone = COALESCE(@reconcile_time_zone, @@SESSION.time_zone), @reconcile_time_zone = NULL;
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
CREATE OR REPLACE FUNCTION "f"() RETURNS int(11)
RETURN 1;
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES,IGNORE_SPACE,NO_AUTO_CREATE_USER,NO_BACKSLASH_ESCAPES,NO_FIELD_OPTIONS,NO_KEY_OPTIONS,NO_TABLE_OPTIONS,ORACLE,PIPES_AS_CONCAT,SIMULTANEOUS_ASSIGNMENT';
CREATE OR REPLACE PACKAGE "k" AS FUNCTION f RETURN INT; END;
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES,IGNORE_SPACE,NO_AUTO_CREATE_USER,NO_BACKSLASH_ESCAPES,NO_FIELD_OPTIONS,NO_KEY_OPTIONS,NO_TABLE_OPTIONS,ORACLE,PIPES_AS_CONCAT,SIMULTANEOUS_ASSIGNMENT';
CREATE OR REPLACE PACKAGE BODY "k" AS FUNCTION f RETURN INT AS BEGIN RETURN 2; END; END;
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
CREATE OR REPLACE PROCEDURE "p"()
SELECT 1;
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT';
CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
