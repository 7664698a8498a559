CREATE TABLE a (id integer PRIMARY KEY, x text);
CREATE TABLE b (id integer PRIMARY KEY, y text);
CREATE VIEW v AS SELECT a.x, b.y FROM a JOIN b USING (id);
INSERT INTO a VALUES (1, 'a');
INSERT INTO b VALUES (1, 'b');
