CREATE TYPE p AS (x int, z text, w date);
COMMENT ON TYPE p IS 'p';
COMMENT ON COLUMN p.x IS 'px';
CREATE TABLE t (a p);
CREATE TYPE q AS (x bigint);
CREATE TABLE u (a q);
