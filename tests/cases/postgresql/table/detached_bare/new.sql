CREATE TABLE p (id int PRIMARY KEY);
CREATE TABLE t (a int, b int REFERENCES p, c text, PRIMARY KEY (a), UNIQUE (a, c)) PARTITION BY RANGE (a);
CREATE INDEX t_b ON t (b, lower(c));
CREATE TABLE t1 (a int CONSTRAINT t_a_not_null NOT NULL, b int, c text);
INSERT INTO t1 VALUES (1, NULL, 'x');
