CREATE TABLE t (id integer, r int4range, s int4range,
    CONSTRAINT x EXCLUDE USING gist (r WITH &&) WITH (buffering = on, fillfactor = 70),
    CONSTRAINT y EXCLUDE USING gist (s WITH &&) WITH (fillfactor = 80) WHERE (id > 0) DEFERRABLE,
    CONSTRAINT z EXCLUDE USING gist (r WITH &&, s WITH =));
ALTER TABLE t CLUSTER ON x;
INSERT INTO t VALUES (1, '[1,2)', '[1,2)');
