CREATE TABLE t (a integer);
ALTER TABLE t OWNER TO rc_reader;
REVOKE DELETE ON t FROM rc_reader;
GRANT INSERT ON t TO rc_app;
GRANT SELECT, UPDATE ON t TO rc_writer;
