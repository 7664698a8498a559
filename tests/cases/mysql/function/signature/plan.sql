SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
CREATE OR REPLACE FUNCTION `f`(z int) RETURNS varchar(10) CHARSET utf8mb4 COLLATE utf8mb4_general_ci
RETURN 'x';
CREATE OR REPLACE ALGORITHM=UNDEFINED VIEW `v` AS select `f`(1) AS `x`;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
