CREATE TABLE t (id int NOT NULL PRIMARY KEY, a int, b int AS (a+1) VIRTUAL, c int AS (b+1) PERSISTENT, KEY kb (b));
