INSERT INTO t (id, a, b) VALUES (1, 'x', 1), (2, 'y', 2), (9, 'gone', 3);
INSERT INTO child VALUES (1, 1), (2, 1), (3, 2);
DELETE FROM t WHERE id = 9;
