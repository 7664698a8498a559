SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ORACLE';
DROP PACKAGE BODY `k`;
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ORACLE';
DROP PACKAGE `k`;
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
CREATE TABLE `t` (
  `a` int(11)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
