CREATE TABLE t (id int, b text) WITH (fillfactor=70, autovacuum_enabled=false, toast.vacuum_truncate=false);
CREATE INDEX i ON t (id) WITH (fillfactor=80, deduplicate_items=off);
ALTER TABLE t ADD CONSTRAINT u UNIQUE (id) WITH (fillfactor=90);
CREATE VIEW w AS SELECT 1 AS a;
