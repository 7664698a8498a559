SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
DROP TRIGGER `tr`;
ALTER TABLE `t`
  DROP COLUMN `b`,
  ADD COLUMN `c` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
  ALGORITHM=INSTANT, LOCK=NONE;
SET @reconcile_sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), SESSION sql_mode = 'ANSI_QUOTES';
CREATE TRIGGER "tr" BEFORE INSERT ON "t" FOR EACH ROW SET NEW."a" = NEW."c";
SET SESSION sql_mode = COALESCE(@reconcile_sql_mode, @@SESSION.sql_mode), @reconcile_sql_mode = NULL;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
