CREATE TABLE t (id bigint PRIMARY KEY, b text, c numeric(10,2)[] DEFAULT '{}', d timestamptz NOT NULL DEFAULT now(), e varchar(5) COLLATE "C", f text COMPRESSION pglz, g uuid DEFAULT gen_random_uuid());
ALTER TABLE t ALTER b SET STORAGE external, ALTER b SET STATISTICS 50, ALTER b SET (n_distinct=-0.5);
COMMENT ON COLUMN t.b IS 'b';
