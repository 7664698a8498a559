CREATE TYPE mood AS ENUM ('b', 'c');
CREATE TABLE p (id int, m mood DEFAULT 'b');
CREATE TABLE c (id int, m mood DEFAULT 'b', n int);
