-- One of every kind that the catalogs of PostgreSQL have, from the chapters "SQL Commands" and "System Catalogs".
CREATE SCHEMA app;
CREATE EXTENSION IF NOT EXISTS plpgsql;
CREATE TYPE app.colour AS ENUM ('red', 'green');
CREATE TYPE app.pair AS (a integer, b text);
CREATE TYPE app.span AS RANGE (subtype = integer, multirange_type_name = spans);
CREATE DOMAIN app.positive AS integer NOT NULL CONSTRAINT above CHECK (VALUE > 0);
CREATE COLLATION app.bytes (locale = 'C');
CREATE SEQUENCE app.numbers START 5;
CREATE FUNCTION app.one() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION app.trig() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE FUNCTION app.ev() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE PROCEDURE app.proc(INOUT a integer) LANGUAGE plpgsql AS 'BEGIN a := 1; END';
CREATE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer);
CREATE TYPE app.shell;
CREATE FUNCTION app.shell_in(cstring) RETURNS app.shell LANGUAGE internal IMMUTABLE STRICT AS 'int4in';
CREATE FUNCTION app.shell_out(app.shell) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'int4out';
CREATE TYPE app.shell (INPUT = app.shell_in, OUTPUT = app.shell_out, LIKE = integer);
CREATE TABLE app.parent (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL CONSTRAINT parent_code_key UNIQUE,
  big serial,
  twice integer GENERATED ALWAYS AS (1 + 1) STORED,
  r int4range, c app.colour DEFAULT 'red', p app.positive DEFAULT 1, x text COLLATE app.bytes,
  CONSTRAINT parent_check CHECK (code <> ''),
  CONSTRAINT parent_excluded EXCLUDE USING gist (r WITH &&)
);
CREATE TABLE app.child (up bigint REFERENCES app.parent, n integer) INHERITS (app.parent);
CREATE TABLE app.typed OF app.pair;
CREATE UNLOGGED TABLE app.fast (id integer);
CREATE TABLE app.parts (at date NOT NULL, v integer) PARTITION BY RANGE (at);
CREATE TABLE app.parts_1 PARTITION OF app.parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE app.parts_d PARTITION OF app.parts DEFAULT;
CREATE INDEX parts_v ON app.parts (v);
CREATE INDEX parent_lower ON app.parent (lower(code)) WHERE id > 0;
CREATE STATISTICS app.stats ON id, code FROM app.parent;
CREATE VIEW app.seen AS SELECT id, code FROM app.parent;
CREATE RECURSIVE VIEW app.counted (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM counted WHERE n < 3;
CREATE MATERIALIZED VIEW app.kept AS SELECT id FROM app.parent WITH NO DATA;
CREATE UNIQUE INDEX kept_id ON app.kept (id);
CREATE TRIGGER before BEFORE INSERT ON app.parent FOR EACH ROW EXECUTE FUNCTION app.trig();
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON app.parent DEFERRABLE FOR EACH ROW EXECUTE FUNCTION app.trig();
CREATE RULE nothing AS ON DELETE TO app.fast DO INSTEAD NOTHING;
ALTER TABLE app.parent ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.parent USING (id > 0);
CREATE EVENT TRIGGER started ON ddl_command_start EXECUTE FUNCTION app.ev();
CREATE OPERATOR app.=== (FUNCTION = int4eq, LEFTARG = integer, RIGHTARG = integer);
CREATE OPERATOR FAMILY app.family USING btree;
CREATE OPERATOR CLASS app.class FOR TYPE integer USING hash AS OPERATOR 1 =, FUNCTION 1 hashint4(integer);
CREATE CAST (app.colour AS integer) WITH INOUT;
CREATE CONVERSION app.conv FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
CREATE ACCESS METHOD heap2 TYPE TABLE HANDLER heap_tableam_handler;
CREATE LANGUAGE other HANDLER plpgsql_call_handler;
CREATE FUNCTION app.from_sql(internal) RETURNS internal LANGUAGE internal IMMUTABLE STRICT AS 'prsd_headline';
CREATE TRANSFORM FOR app.span LANGUAGE other (FROM SQL WITH FUNCTION app.from_sql(internal));
CREATE TEXT SEARCH PARSER app.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH TEMPLATE app.template (LEXIZE = dsimple_lexize, INIT = dsimple_init);
CREATE TEXT SEARCH DICTIONARY app.dictionary (TEMPLATE = simple);
CREATE TEXT SEARCH CONFIGURATION app.configuration (PARSER = pg_catalog."default");
ALTER TEXT SEARCH CONFIGURATION app.configuration ADD MAPPING FOR word WITH app.dictionary;
CREATE FOREIGN DATA WRAPPER wrapper;
CREATE SERVER far FOREIGN DATA WRAPPER wrapper;
CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS ("user" 'x', password 'never-seen');
CREATE FOREIGN TABLE app.far_away (id integer) SERVER far;
CREATE PUBLICATION news FOR TABLE app.parts;
CREATE SUBSCRIPTION heard CONNECTION 'host=never-seen password=never-seen' PUBLICATION x WITH (connect = false);
COMMENT ON SUBSCRIPTION heard IS 'of others';
