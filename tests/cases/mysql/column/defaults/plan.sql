SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `t`
  MODIFY COLUMN `a` int(11),
  MODIFY COLUMN `b` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL DEFAULT '',
  MODIFY COLUMN `c` timestamp NULL,
  MODIFY COLUMN `d` datetime(3) DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),
  ADD COLUMN `e` varchar(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT uuid(),
  ADD COLUMN `f` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT json_object() CHECK (json_valid(`f`)),
  ADD COLUMN `g` text CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT 'it\'s',
  ADD COLUMN `h` blob DEFAULT X'00ff41',
  ADD COLUMN `i` bit(4) DEFAULT b'1010',
  ADD COLUMN `j` double DEFAULT 1000,
  ADD COLUMN `k` decimal(5,2) DEFAULT -1.50,
  ADD COLUMN `l` date DEFAULT '2020-01-01',
  ADD COLUMN `m` char(1) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT '\\',
  ADD COLUMN `n` varchar(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT '\n',
  ADD COLUMN `o` enum('a','b') CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci,
  ADD COLUMN `p` varchar(10) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT 'NULL',
  ADD COLUMN `q` varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT 'current_timestamp()';
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
