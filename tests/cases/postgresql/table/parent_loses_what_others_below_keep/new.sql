CREATE TABLE parent (a integer);
CREATE TABLE child (n text) INHERITS (parent);
CREATE TABLE middle () INHERITS (parent);
CREATE TABLE grandchild (id integer) INHERITS (middle);
CREATE TABLE other () INHERITS (parent);
CREATE TABLE leaving (a integer);
