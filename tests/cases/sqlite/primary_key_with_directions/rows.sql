INSERT INTO t VALUES ('x', 1, 2), ('y', 1, 3);
