CREATE TABLE t (a int, b bigint, c int);
CREATE STATISTICS s (ndistinct, dependencies) ON a, b FROM t;
ALTER STATISTICS s SET STATISTICS 500;
CREATE STATISTICS e ON (a + c), b FROM t;
COMMENT ON STATISTICS s IS 's';
