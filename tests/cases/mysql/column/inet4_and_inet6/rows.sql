INSERT INTO t (a, b, c, seen, d) VALUES ('1.2.3.4', '::ffff:4.3.2.1', NULL, '2020-01-01', 1), ('255.0.0.255', '::ffff:0.0.0.0', '9.9.9.9', '2020-01-01', 2);
INSERT INTO linked VALUES ('1.2.3.4'), (NULL);
