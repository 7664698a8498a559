CREATE TABLE t (a integer);
ALTER TABLE t OWNER TO rc_app;
REVOKE DELETE ON t FROM rc_app;
GRANT SELECT ON t TO rc_reader;
GRANT SELECT ON t TO rc_writer;
