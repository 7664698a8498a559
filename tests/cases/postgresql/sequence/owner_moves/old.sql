CREATE TABLE a (id integer);
CREATE TABLE b (id integer, other integer);
CREATE SEQUENCE s OWNED BY a.id;
CREATE SEQUENCE q OWNED BY b.id;
