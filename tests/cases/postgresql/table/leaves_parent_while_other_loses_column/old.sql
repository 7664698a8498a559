CREATE TABLE p (a integer NOT NULL, z text DEFAULT 'z', CHECK (a > 1) NO INHERIT);
CREATE TABLE q (k integer);
CREATE TABLE c (b integer) INHERITS (p, q);
