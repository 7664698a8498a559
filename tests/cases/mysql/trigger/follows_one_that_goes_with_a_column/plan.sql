SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
DROP TRIGGER `tr_2`;
DROP TRIGGER `tr_1`;
ALTER TABLE `t`
  DROP COLUMN `b`,
  MODIFY COLUMN `c` bigint(20),
  ADD COLUMN `d` int(11),
  ALGORITHM=COPY, LOCK=SHARED;
CREATE TRIGGER tr_2 BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 3;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
