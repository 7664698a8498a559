CREATE TABLE p (a int, b text);
CREATE TABLE c (id int) INHERITS (p);
INSERT INTO c (id) VALUES (2);
CREATE VIEW v WITH (security_barrier) AS WITH w AS (SELECT * FROM c) SELECT id AS n FROM w;
CREATE VIEW on_top AS SELECT n FROM v;
