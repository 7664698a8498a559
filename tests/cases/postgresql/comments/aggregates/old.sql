CREATE AGGREGATE total (integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE TABLE t (a integer);
CREATE VIEW v AS SELECT total(a) AS a FROM t;
