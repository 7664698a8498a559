CREATE TABLE base (id smallint, n text NOT NULL, z date);
CREATE TABLE parent (a integer);
CREATE TABLE child (id smallint DEFAULT 0) INHERITS (parent);
CREATE TABLE grandchild (id smallint DEFAULT 1, n text) INHERITS (child);
CREATE TABLE sibling (id smallint, n text NOT NULL) INHERITS (parent);
CREATE INDEX on_sibling ON sibling (id);
