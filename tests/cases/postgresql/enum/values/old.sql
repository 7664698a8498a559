CREATE TYPE e AS ENUM ('b', 'd');
CREATE TABLE t (a e DEFAULT 'b');
