CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE, c int4range, EXCLUDE USING gist (c WITH &&));
COMMENT ON INDEX t_pkey IS 'old';
COMMENT ON CONSTRAINT t_b_key ON t IS 'of the constraint';
