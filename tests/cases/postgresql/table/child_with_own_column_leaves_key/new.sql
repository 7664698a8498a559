CREATE TYPE mood AS ENUM ('ok', 'happy', 'sad');
CREATE TABLE parent (id integer, n char(12));
CREATE TABLE child (id integer, m mood DEFAULT 'ok');
CREATE TABLE parent_2 (a integer DEFAULT 3, b text, c integer);
ALTER TABLE parent_2 ALTER b SET STORAGE EXTERNAL;
CREATE TABLE child_2 (a integer DEFAULT 2, b text, c integer);
ALTER TABLE child_2 ALTER b SET STORAGE MAIN;
