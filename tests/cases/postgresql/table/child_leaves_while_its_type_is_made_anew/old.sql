CREATE TYPE mood AS ENUM ('a', 'b');
CREATE TABLE p (id int, m mood DEFAULT 'a');
CREATE TABLE c (n int) INHERITS (p);
INSERT INTO c VALUES (1, 'b', 2);
