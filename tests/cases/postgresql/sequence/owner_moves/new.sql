CREATE TABLE a (id integer);
CREATE TABLE b (id integer, other integer);
CREATE SEQUENCE s OWNED BY b.id;
COMMENT ON SEQUENCE s IS 'numbers';
CREATE SEQUENCE q OWNED BY b.other;
