CREATE TYPE inner_t AS (x int);
CREATE TYPE outer_t AS (id int, v inner_t);
CREATE TABLE t OF outer_t;
INSERT INTO t VALUES (1, ROW(1));
CREATE TABLE u (id int, v inner_t);
INSERT INTO u VALUES (1, ROW(2));
