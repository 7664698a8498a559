CREATE TABLE t (a integer, b integer);
CREATE STATISTICS two (ndistinct) ON a, b FROM t;
COMMENT ON STATISTICS two IS 'statistics';
ALTER STATISTICS two SET STATISTICS 50;
CREATE STATISTICS "Sum" ON (a + b) FROM t;
