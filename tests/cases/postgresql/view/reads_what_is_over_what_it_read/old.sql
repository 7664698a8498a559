CREATE TYPE e AS ENUM ('a', 'b');
CREATE TABLE t (a e, n integer);
CREATE VIEW base AS SELECT n, a::text AS a FROM t;
CREATE VIEW middle AS SELECT n FROM base;
CREATE VIEW v AS SELECT n, a FROM base;
INSERT INTO t VALUES ('a', 1);
