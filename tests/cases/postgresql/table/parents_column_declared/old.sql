CREATE TABLE a (x int, y int NOT NULL CHECK (y > 0), k int GENERATED ALWAYS AS (y + 1) STORED);
CREATE TABLE b (x int, z int);
CREATE TABLE e (u int);
CREATE TABLE c (w int) INHERITS (a, e, b);
CREATE TABLE checked (x int CHECK (x > 1), y int);
CREATE TABLE d () INHERITS (checked);
INSERT INTO c (x, y) VALUES (2, 3);
INSERT INTO d VALUES (2, 3);
