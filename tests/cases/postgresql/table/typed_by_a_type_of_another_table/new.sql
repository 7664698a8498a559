CREATE TYPE inner_t AS (x bigint);
CREATE TYPE outer_t AS (id int, v inner_t);
CREATE TABLE t OF outer_t;
CREATE TABLE u (id int, v inner_t);
