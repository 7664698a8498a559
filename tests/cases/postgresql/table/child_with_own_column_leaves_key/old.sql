CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE TABLE parent (id integer PRIMARY KEY, n char(12));
CREATE TABLE child (id integer, m mood DEFAULT 'ok') INHERITS (parent);
CREATE TABLE parent_2 (a integer DEFAULT 1, b text, c integer NOT NULL);
CREATE TABLE child_2 (a integer DEFAULT 2, b text, c integer) INHERITS (parent_2);
ALTER TABLE child_2 ALTER b SET STORAGE MAIN;
