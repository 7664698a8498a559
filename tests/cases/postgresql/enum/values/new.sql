CREATE TYPE e AS ENUM ('a', 'b', 'c', 'd', 'e');
CREATE TABLE t (a e DEFAULT 'c');
COMMENT ON TYPE e IS 'e';
