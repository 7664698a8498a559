CREATE TABLE t (a int, b text, c int[], d jsonb);
CREATE INDEX i1 ON t (a);
CREATE INDEX i2 ON t (b text_pattern_ops);
CREATE INDEX i3 ON t (a) WITH (fillfactor=50);
