INSERT INTO t VALUES (1, 2, 'x', 'y'), (2, 1, 'y', 'x');
INSERT INTO u VALUES ('k', 1);
INSERT INTO child VALUES (1, 'k'), (2, NULL);
