CREATE TABLE t (id int, n int) PARTITION BY HASH (id);
CREATE TABLE t_0 PARTITION OF t FOR VALUES WITH (modulus 2, remainder 0);
CREATE TABLE t_1 PARTITION OF t FOR VALUES WITH (modulus 2, remainder 1);
CREATE INDEX whole ON t (n);
CREATE INDEX other ON t (id) WITH (fillfactor = 90);
ALTER INDEX t_1_id_idx SET (fillfactor = 50);
ALTER INDEX t_1_n_idx SET (fillfactor = 80);
