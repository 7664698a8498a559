CREATE TABLE t (a integer);
GRANT USAGE ON SCHEMA public TO rc_app;
