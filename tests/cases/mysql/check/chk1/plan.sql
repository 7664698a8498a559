SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  DROP CONSTRAINT `c1`,
  MODIFY COLUMN `a` int(11) CHECK (`a` > 5),
  MODIFY COLUMN `b` int(11) CHECK (`b` < 9),
  ADD CONSTRAINT `c1` CHECK (`b` >= `a`),
  ADD CONSTRAINT `c2` CHECK (`a` <> 3);
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
