CREATE TABLE t (id int, b text) WITH (fillfactor=70, autovacuum_vacuum_threshold=50, autovacuum_enabled=false, toast.vacuum_truncate=false, toast.autovacuum_enabled=false);
ALTER TABLE t ALTER b SET (n_distinct_inherited=7, n_distinct=5);
CREATE INDEX i ON t (id) WITH (deduplicate_items=off, fillfactor=60);
ALTER TABLE t ADD CONSTRAINT u UNIQUE (id) WITH (fillfactor=80, deduplicate_items=off);
CREATE VIEW w WITH (security_invoker=true, security_barrier=true) AS SELECT 1 AS a;
CREATE VIEW v WITH (security_invoker=true, check_option=local) AS SELECT id FROM t;
CREATE MATERIALIZED VIEW m WITH (fillfactor=70, autovacuum_enabled=false) AS SELECT id FROM t;
CREATE TABLE x (id int) WITH (fillfactor=70, autovacuum_enabled=false);
