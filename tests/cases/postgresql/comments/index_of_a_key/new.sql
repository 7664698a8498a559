CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE, c int4range, EXCLUDE USING gist (c WITH &&));
COMMENT ON INDEX t_pkey IS 'of the index';
COMMENT ON CONSTRAINT t_pkey ON t IS 'of the key';
COMMENT ON INDEX t_b_key IS 'it''s unique';
COMMENT ON INDEX t_c_excl IS 'excluded';
CREATE TABLE u (a int PRIMARY KEY);
COMMENT ON INDEX u_pkey IS 'new';
