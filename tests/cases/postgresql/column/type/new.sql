CREATE TABLE t (a bigint DEFAULT 1, b int DEFAULT 5, c varchar(20), d timestamptz, e varchar(10)[], f int DEFAULT 1, g jsonb, h text DEFAULT 'x', i numeric(12,4));
CREATE VIEW v AS SELECT a, b FROM t;
CREATE VIEW w AS SELECT a FROM v;
CREATE INDEX i1 ON t (a);
CREATE INDEX i2 ON t ((a + 1));
ALTER TABLE t ADD CHECK (a > 0);
