CREATE TYPE pair AS (a text COLLATE "C", b text);
CREATE TABLE t (id int, p pair, n int, CONSTRAINT n_ok CHECK (n > 0));
CREATE TABLE t_1 (id int, p pair, n int, CONSTRAINT n_ok CHECK (n > 0));
CREATE TABLE t_2 (id int, p pair, n int);
