SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  DROP COLUMN `b`,
  DROP COLUMN `d`,
  ADD COLUMN `b` int(11) AFTER `a`,
  MODIFY COLUMN `c` int(11),
  ADD COLUMN `d` int(11) GENERATED ALWAYS AS (`a` * 2) VIRTUAL AFTER `c`,
  MODIFY COLUMN `e` int(11) GENERATED ALWAYS AS (`a` * 3) STORED;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
