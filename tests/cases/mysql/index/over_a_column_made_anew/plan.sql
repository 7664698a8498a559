SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  DROP KEY `kb`,
  DROP COLUMN `b`,
  MODIFY COLUMN `a` bigint(20),
  ADD COLUMN `b` bigint(20) GENERATED ALWAYS AS (`a` + 2) VIRTUAL AFTER `a`,
  MODIFY COLUMN `c` bigint(20) GENERATED ALWAYS AS (`b` + 2) STORED,
  ADD UNIQUE KEY `kc` (`c`),
  ADD KEY `kb` (`b`);
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
