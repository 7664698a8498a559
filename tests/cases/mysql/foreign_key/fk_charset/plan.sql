ALTER TABLE `c` DROP FOREIGN KEY `c_ibfk_1`;
ALTER TABLE `c`
  MODIFY COLUMN `code` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
  DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
ALTER TABLE `p`
  MODIFY COLUMN `code` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL,
  DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
ALTER TABLE `c` DROP KEY `code`, ADD KEY `code` (`code`), ADD CONSTRAINT `c_ibfk_1` FOREIGN KEY (`code`) REFERENCES `p` (`code`), ALGORITHM=COPY, LOCK=SHARED;
