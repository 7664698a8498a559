CREATE TABLE `a b` (`c d` int NOT NULL PRIMARY KEY, `x.y` int, `q``q` int, `select` int, `1a` int, KEY `k k` (`x.y`), CONSTRAINT `c'k` CHECK (`q``q` > 0));
CREATE VIEW `v'v` AS SELECT `x.y`, `q``q` FROM `a b`;
