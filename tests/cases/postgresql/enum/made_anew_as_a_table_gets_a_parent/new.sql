CREATE TYPE mood AS ENUM ('sad', 'mid', 'ok');
CREATE TYPE c AS (x text, m mood);
CREATE TABLE p (id int, m mood);
CREATE TABLE t (id int, v c) INHERITS (p);
