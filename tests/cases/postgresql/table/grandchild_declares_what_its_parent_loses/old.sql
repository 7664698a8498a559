CREATE TABLE base (id smallint, n text NOT NULL, z date);
CREATE TABLE parent (a integer) INHERITS (base);
CREATE TABLE child (id smallint DEFAULT 0, z date) INHERITS (parent);
CREATE TABLE grandchild (id smallint DEFAULT 1, n text) INHERITS (child);
CREATE TABLE sibling () INHERITS (parent);
CREATE INDEX on_sibling ON sibling (id);
