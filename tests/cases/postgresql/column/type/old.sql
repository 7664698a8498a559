CREATE TABLE t (a int DEFAULT 1, b text DEFAULT '5', c varchar(10), d timestamp, e text[], f boolean DEFAULT true, g json, h char(4) DEFAULT 'x', i numeric(8,2));
CREATE VIEW v AS SELECT a, b FROM t;
CREATE VIEW w AS SELECT a FROM v;
CREATE INDEX i1 ON t (a);
CREATE INDEX i2 ON t ((a + 1));
ALTER TABLE t ADD CHECK (a > 0);
