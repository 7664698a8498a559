CREATE TYPE g AS ENUM ('a', 'c');
CREATE TABLE t (a text DEFAULT 'a', b g DEFAULT 'a');
