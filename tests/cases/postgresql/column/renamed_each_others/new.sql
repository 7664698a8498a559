CREATE TABLE t (b integer, a bigint, CONSTRAINT t_check CHECK (b < a));
CREATE INDEX i ON t (b, (a + 1));
