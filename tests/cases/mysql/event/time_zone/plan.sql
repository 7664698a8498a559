SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
SET @reconcile_time_zone = COALESCE(@reconcile_time_zone, @@SESSION.time_zone), SESSION time_zone = '+02:00';
CREATE OR REPLACE EVENT `e` ON SCHEDULE EVERY 1 DAY STARTS '2030-01-01 03:00:00' ON COMPLETION NOT PRESERVE ENABLE DO SELECT 1;
SET SESSION time_zone = COALESCE(@reconcile_time_zone, @@SESSION.time_zone), @reconcile_time_zone = NULL;
SET @reconcile_time_zone = COALESCE(@reconcile_time_zone, @@SESSION.time_zone), SESSION time_zone = '+02:00';
CREATE EVENT `e2` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE DO SELECT 1;
SET SESSION time_zone = COALESCE(@reconcile_time_zone, @@SESSION.time_zone), @reconcile_time_zone = NULL;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
