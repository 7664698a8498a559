INSERT INTO p VALUES (1, 'a', 1), (2, 'b', 2);
INSERT INTO q VALUES (1), (2);
INSERT INTO c VALUES (1, 1, 1, 1, 1, 1), (2, 2, NULL, 2, 2, 2);
