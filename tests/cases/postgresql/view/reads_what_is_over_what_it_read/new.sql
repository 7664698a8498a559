CREATE TYPE e AS ENUM ('c', 'a', 'b');
CREATE TABLE t (a e, n integer);
CREATE VIEW base AS SELECT n, a::text AS a FROM t;
CREATE VIEW middle AS SELECT n FROM base;
CREATE VIEW v AS SELECT n, 'x'::text AS a FROM middle;
