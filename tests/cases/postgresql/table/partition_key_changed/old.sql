CREATE TABLE t (id int NOT NULL, k int, v text, CONSTRAINT t_pk PRIMARY KEY (id));
CREATE INDEX t_k ON t (k);
CREATE VIEW tv AS SELECT id, v FROM t;
CREATE TABLE c (t_id int REFERENCES t);
INSERT INTO t VALUES (1,1,'x'),(2,7,'y');
