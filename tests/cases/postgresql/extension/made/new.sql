CREATE SCHEMA x;
CREATE EXTENSION hstore;
CREATE EXTENSION citext;
CREATE EXTENSION pg_trgm SCHEMA x;
CREATE TABLE t (a citext, h hstore);
CREATE INDEX i ON t USING gist ((a::text) x.gist_trgm_ops);
