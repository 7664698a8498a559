CREATE DOMAIN d AS text;
CREATE TYPE anew AS (x jsonb, y int);
CREATE TYPE more AS (y oid);
CREATE TABLE t (id int, v d, c anew, e more);
