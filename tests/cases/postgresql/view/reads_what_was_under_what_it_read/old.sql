CREATE TABLE t (a text, n integer);
CREATE VIEW base AS SELECT n, a FROM t;
CREATE VIEW middle AS SELECT n FROM base;
CREATE VIEW v AS SELECT n FROM middle;
INSERT INTO t VALUES ('a', 1);
