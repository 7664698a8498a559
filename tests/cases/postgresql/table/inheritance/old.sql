CREATE TABLE p (a int, b text);
CREATE TABLE c1 (x int) INHERITS (p);
CREATE TABLE c2 (a int, b text, y int);
