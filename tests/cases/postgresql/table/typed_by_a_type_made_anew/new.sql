CREATE TYPE mood AS ENUM ('ok', 'happy');
CREATE TYPE person AS (id bigint, name text, feels mood);
CREATE TABLE people OF person (PRIMARY KEY (id), name DEFAULT 'x' NOT NULL);
CREATE INDEX feelings ON people (feels);
CREATE VIEW moods AS SELECT feels, count(*) FROM people GROUP BY feels;
