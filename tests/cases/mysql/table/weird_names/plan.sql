SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `weird`
  DROP KEY `k k`,
  MODIFY COLUMN `c``d` bigint(20),
  MODIFY COLUMN `select` int(11) NOT NULL,
  ADD COLUMN `x"y` int(11),
  ADD COLUMN `ü` int(11),
  ADD PRIMARY KEY (`select`),
  ADD KEY `i"x` (`x"y`),
  ADD KEY `k k` (`a b`, `c``d`),
  ALGORITHM=COPY, LOCK=SHARED;
CREATE TABLE `order.by` (
  `a.b` int(11) NOT NULL,
  PRIMARY KEY (`a.b`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE VIEW `v v` AS select `weird`.`a b` AS `a b` from `weird`;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
