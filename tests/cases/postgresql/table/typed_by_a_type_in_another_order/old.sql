CREATE TYPE pair AS (a int, b text);
CREATE TABLE pairs OF pair (PRIMARY KEY (a));
INSERT INTO pairs VALUES (1, 'a'), (2, 'b');
