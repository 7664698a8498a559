INSERT INTO doc VALUES (1, 'hello', 1);
