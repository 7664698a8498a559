CREATE TABLE t (a integer, b integer);
GRANT SELECT, UPDATE ON t TO rc_app;
GRANT SELECT (a), UPDATE (a), UPDATE (b) ON t TO rc_app;
