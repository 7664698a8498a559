SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `c` DROP FOREIGN KEY `c_ibfk_1`;
ALTER TABLE `c`
  MODIFY COLUMN `code` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
  DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
ALTER TABLE `p`
  MODIFY COLUMN `code` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
ALTER TABLE `c` DROP KEY `code`, ADD KEY `code` (`code`), ADD CONSTRAINT `c_ibfk_1` FOREIGN KEY (`code`) REFERENCES `p` (`code`), ALGORITHM=COPY, LOCK=SHARED;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
