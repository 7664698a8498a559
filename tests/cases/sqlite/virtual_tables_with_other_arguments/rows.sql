INSERT INTO doc VALUES (1, 'a', 'b'), (3, 'c', 'd');
