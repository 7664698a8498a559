CREATE TABLE t (a text, n integer);
CREATE VIEW base AS SELECT n, 1 AS a FROM t;
CREATE VIEW v AS SELECT n FROM base;
