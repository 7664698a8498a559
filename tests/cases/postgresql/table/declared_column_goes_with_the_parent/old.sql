CREATE TYPE row_of AS (x point);
CREATE TABLE parent (id integer, a integer);
CREATE TABLE child (id integer, b text) INHERITS (parent);
CREATE TABLE parent_2 (id integer);
CREATE TABLE child_2 (id integer, b text) INHERITS (parent_2);
