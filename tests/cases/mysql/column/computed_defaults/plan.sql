SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  MODIFY COLUMN `a` int(11) DEFAULT (1 + 2),
  MODIFY COLUMN `b` varchar(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT uuid(),
  ADD COLUMN `c` date DEFAULT curdate(),
  ADD COLUMN `d` int(11) DEFAULT (`a` * 2),
  ADD COLUMN `e` timestamp NULL DEFAULT (current_timestamp() + interval 1 day),
  ADD COLUMN `f` int(11) DEFAULT octet_length(`b`);
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
