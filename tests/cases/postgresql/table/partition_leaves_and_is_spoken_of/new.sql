CREATE TABLE t (id int, "Up" text, c int, UNIQUE (id, "Up") INCLUDE (c), CONSTRAINT c_ok CHECK (c > 0)) PARTITION BY LIST (id);
CREATE TABLE t_1 (id int, "Up" text, c int, CONSTRAINT c_ok CHECK (c > 0));
CREATE TABLE t_2 PARTITION OF t DEFAULT;
COMMENT ON COLUMN t_1."Up" IS 'its own';
COMMENT ON CONSTRAINT c_ok ON t_1 IS 'its own too';
