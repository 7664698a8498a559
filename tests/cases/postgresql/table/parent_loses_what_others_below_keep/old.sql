CREATE TABLE parent (id integer, n text NOT NULL, a integer);
CREATE TABLE child () INHERITS (parent);
CREATE TABLE middle () INHERITS (parent);
CREATE TABLE grandchild () INHERITS (middle);
CREATE TABLE other (id integer) INHERITS (parent);
CREATE TABLE leaving () INHERITS (parent);
