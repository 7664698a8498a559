CREATE TABLE a (x int);
CREATE TABLE b (x int, y int);
CREATE TABLE c (x int, y int) INHERITS (b, a);
INSERT INTO c VALUES (1, 2);
