CREATE TYPE comp AS (b integer);
CREATE TABLE t OF comp;
