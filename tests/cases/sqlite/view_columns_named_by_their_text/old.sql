CREATE TABLE t (a, b);
CREATE VIEW v AS SELECT a+b, count( * ) FROM t;
CREATE VIEW w AS SELECT count(*), max(a) AS Key FROM t;
