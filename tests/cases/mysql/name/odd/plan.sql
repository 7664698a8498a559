SET @reconcile_usual_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), SESSION sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER';
ALTER TABLE `a b`
  ADD COLUMN `x.y` int(11),
  ADD COLUMN `q``q` int(11),
  ADD COLUMN `select` int(11),
  ADD COLUMN `1a` int(11),
  ADD KEY `k k` (`x.y`),
  ADD CONSTRAINT `c'k` CHECK (`q``q` > 0),
  ALGORITHM=COPY, LOCK=SHARED;
CREATE VIEW `v'v` AS select `a b`.`x.y` AS `x.y`,`a b`.`q``q` AS `q``q` from `a b`;
SET SESSION sql_mode = COALESCE(@reconcile_usual_mode, @@SESSION.sql_mode), @reconcile_usual_mode = NULL;
