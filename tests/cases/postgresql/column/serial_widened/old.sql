CREATE TABLE t (id serial PRIMARY KEY, s smallserial);
