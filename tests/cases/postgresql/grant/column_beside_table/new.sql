CREATE TABLE t (a integer, b integer);
GRANT INSERT ON t TO rc_app;
GRANT SELECT (a), UPDATE (b) ON t TO rc_app;
