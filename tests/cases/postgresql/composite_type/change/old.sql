CREATE TYPE p AS (x int, y int, z text);
CREATE TABLE t (a p);
CREATE TYPE q AS (x int);
CREATE TABLE u (a q);
