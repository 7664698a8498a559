SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
CREATE TABLE `t` (
  `id` int(11) NOT NULL,
  `a` datetime NOT NULL DEFAULT '0000-00-00 00:00:00',
  `b` date DEFAULT '0000-00-00',
  `ts` timestamp NOT NULL DEFAULT '0000-00-00 00:00:00',
  `c` varchar(5) DEFAULT 'a'
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
