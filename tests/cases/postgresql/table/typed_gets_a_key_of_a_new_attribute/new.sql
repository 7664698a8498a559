CREATE TYPE comp AS (b integer, a integer, c text);
CREATE TABLE t OF comp (PRIMARY KEY (a, b), c DEFAULT 'x' NOT NULL);
