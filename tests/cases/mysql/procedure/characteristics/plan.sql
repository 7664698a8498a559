SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
CREATE OR REPLACE FUNCTION `f`(a varchar(10) CHARACTER SET latin1) RETURNS varchar(20) CHARSET utf8mb4 COLLATE utf8mb4_general_ci
    NO SQL
    DETERMINISTIC
RETURN concat(a,'\\');
CREATE OR REPLACE PROCEDURE `p`(IN a int, OUT b varchar(10), INOUT c decimal(5,2))
    READS SQL DATA
    SQL SECURITY INVOKER
    COMMENT 'y''z'
BEGIN DECLARE x int DEFAULT 0; SELECT a; SET b = "it's"; END;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
