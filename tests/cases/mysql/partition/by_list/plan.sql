SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t` MODIFY COLUMN `r` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL
PARTITION BY LIST  COLUMNS(`r`)
(PARTITION `a` VALUES IN ('1','2') ENGINE = InnoDB,
 PARTITION `b` VALUES IN ('3',NULL) ENGINE = InnoDB,
 PARTITION `z` DEFAULT ENGINE = InnoDB);
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
