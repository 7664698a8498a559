CREATE TABLE t (a integer, b bigint, CHECK (a < b));
CREATE INDEX i ON t (a, (b + 1));
INSERT INTO t VALUES (1, 2);
