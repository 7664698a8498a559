SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  MODIFY COLUMN `a` bigint(20),
  MODIFY COLUMN `b` bigint(20) GENERATED ALWAYS AS (`a` + 1) STORED,
  ADD COLUMN `c` bigint(20) GENERATED ALWAYS AS (`b` + 1) VIRTUAL,
  ALGORITHM=COPY, LOCK=SHARED;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
