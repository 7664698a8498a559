CREATE TABLE a (x int NOT NULL, y int DEFAULT 1);
CREATE TABLE b (y int DEFAULT 2, z int CHECK (z > 0));
CREATE TABLE e (u int);
CREATE TABLE f (u int);
CREATE TABLE c (w int, y int DEFAULT 3) INHERITS (f, b, a);
CREATE TABLE below (v int) INHERITS (c);
