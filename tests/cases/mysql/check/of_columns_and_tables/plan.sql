SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  DROP CONSTRAINT `CONSTRAINT_1`,
  DROP CONSTRAINT `x`,
  MODIFY COLUMN `a` int(11) CHECK (`a` > 1),
  MODIFY COLUMN `b` int(11) CHECK (`b` > 0),
  ADD CONSTRAINT `x` CHECK (`a` <= `b`),
  ADD CONSTRAINT `y` CHECK (`b` <> 8);
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
