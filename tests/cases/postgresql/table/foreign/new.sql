CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
CREATE FOREIGN TABLE kept (id bigint OPTIONS (column_name 'Id', more 'm') NOT NULL, name text DEFAULT 'x' COLLATE "C",
  added date OPTIONS (f 'g'), CONSTRAINT kept_check CHECK (id > 0)) SERVER s OPTIONS (table_name 'y');
COMMENT ON FOREIGN TABLE kept IS 'elsewhere';
COMMENT ON COLUMN kept.added IS 'new';
CREATE FOREIGN TABLE made (id integer) SERVER s OPTIONS (q '1');
CREATE TABLE measured (at date NOT NULL, v integer) PARTITION BY RANGE (at);
CREATE FOREIGN TABLE measured_old PARTITION OF measured FOR VALUES FROM (MINVALUE) TO ('2020-01-01') SERVER s;
CREATE TABLE local_one (id integer);
CREATE VIEW v AS SELECT id, name FROM kept;
