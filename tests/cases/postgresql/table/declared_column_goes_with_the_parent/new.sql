CREATE TYPE row_of AS (x point);
CREATE TABLE parent (id integer, a integer);
CREATE TABLE child OF row_of;
CREATE TABLE parent_2 (id integer);
CREATE TABLE child_2 (b text);
