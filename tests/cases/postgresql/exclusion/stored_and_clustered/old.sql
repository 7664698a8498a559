CREATE TABLE t (id integer, r int4range, s int4range,
    CONSTRAINT x EXCLUDE USING gist (r WITH &&),
    CONSTRAINT y EXCLUDE USING gist (s WITH &&) WITH (fillfactor = 60) WHERE (id > 0) DEFERRABLE,
    CONSTRAINT z EXCLUDE USING gist (r WITH &&, s WITH =));
ALTER TABLE t CLUSTER ON z;
INSERT INTO t VALUES (1, '[1,2)', '[1,2)');
