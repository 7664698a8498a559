CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE TYPE person AS (id int, name varchar(20), feels mood);
CREATE TABLE people OF person (PRIMARY KEY (id), name DEFAULT 'x' NOT NULL);
INSERT INTO people VALUES (1, 'a', 'ok'), (2, 'b', NULL);
CREATE INDEX feelings ON people (feels);
CREATE VIEW moods AS SELECT feels, count(*) FROM people GROUP BY feels;
