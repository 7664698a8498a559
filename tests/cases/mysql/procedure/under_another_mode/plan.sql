SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';
SET @reconcile_time_zone = COALESCE(@reconcile_time_zone, @@SESSION.time_zone), SESSION time_zone = '+00:00';
CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE DO UPDATE "t" SET "a" = '\q';
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
SET SESSION time_zone = COALESCE(@reconcile_time_zone, @@SESSION.time_zone), @reconcile_time_zone = NULL;
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';
CREATE FUNCTION "f"() RETURNS varchar(10) CHARSET utf8mb4 COLLATE utf8mb4_general_ci
RETURN 'a\b';
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';
CREATE PROCEDURE "p"()
SELECT "a", 'x\y' FROM "t";
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
CREATE TABLE `t` (
  `a` varchar(10) DEFAULT '\\',
  `b "q"` int(11) DEFAULT 1
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';
CREATE TRIGGER "tr" BEFORE INSERT ON "t" FOR EACH ROW SET NEW."a" = concat('x\y', 'y');
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
CREATE VIEW `v` AS select `t`.`a` AS `a`,'x\\y' AS `b` from `t`;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
