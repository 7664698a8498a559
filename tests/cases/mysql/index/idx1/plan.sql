SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  DROP KEY `k1`,
  DROP KEY `u1`,
  ADD UNIQUE KEY `u1` (`b`, `a`(5)),
  ADD FULLTEXT KEY `ft` (`a`),
  ADD KEY `k1` (`a`(10)),
  ADD KEY `k2` (`b` DESC);
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
