INSERT INTO t VALUES (1, 'x'), (8, 'y');
