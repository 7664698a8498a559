SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  DROP KEY `k`,
  DROP PRIMARY KEY,
  ADD PRIMARY KEY (`id`),
  ADD KEY `k` (`a`),
  ENGINE=InnoDB KEY_BLOCK_SIZE=4 ROW_FORMAT=COMPRESSED;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
