CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TYPE c AS (x int, m mood);
CREATE TABLE p (id int, m mood);
CREATE TABLE t (id int, v c);
