CREATE TABLE p (id text PRIMARY KEY);
CREATE TABLE c (p_id text REFERENCES p, x text, y text, CHECK (x < y));
