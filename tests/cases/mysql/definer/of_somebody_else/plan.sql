SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
SET @reconcile_time_zone = COALESCE(@reconcile_time_zone, @@SESSION.time_zone), SESSION time_zone = '+00:00';
CREATE DEFINER=`someone`@`%` EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION NOT PRESERVE ENABLE DO SELECT 1;
SET SESSION time_zone = COALESCE(@reconcile_time_zone, @@SESSION.time_zone), @reconcile_time_zone = NULL;
CREATE DEFINER=`someone`@`%` PROCEDURE `p`()
SELECT 1;
CREATE DEFINER=`someone`@`localhost` TRIGGER tr BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1;
CREATE DEFINER=`someone`@`%` VIEW `v` AS select `t`.`a` AS `a` from `t`;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
