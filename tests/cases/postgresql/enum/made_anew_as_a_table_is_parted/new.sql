CREATE TYPE mood AS ENUM ('mid', 'ok');
CREATE TABLE t (a int, m mood);
CREATE TABLE p (a int, m mood);
COMMENT ON COLUMN p.m IS 'how it is';
