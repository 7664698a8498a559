CREATE DOMAIN d AS text NOT NULL CONSTRAINT k CHECK (VALUE <> '');
CREATE TYPE anew AS (x d, y oid);
CREATE TYPE more AS (y oid, x d);
CREATE TYPE fresh AS (x d);
CREATE TABLE t (id int, v d, c anew, e more, f d[], g fresh);
