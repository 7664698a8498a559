-- Readings of meters: strict tables, what a conflict does, columns computed and kept.
CREATE TABLE meter (serial TEXT PRIMARY KEY NOT NULL, unit TEXT NOT NULL DEFAULT 'kWh', factor REAL NOT NULL DEFAULT 1.0) STRICT;
CREATE TABLE reading (
  meter TEXT NOT NULL REFERENCES meter ("serial") ON UPDATE CASCADE,
  at INTEGER NOT NULL,
  raw INT NOT NULL ON CONFLICT IGNORE,
  value REAL GENERATED ALWAYS AS (raw / 10.0) STORED,
  anything ANY,
  CONSTRAINT once UNIQUE (meter, at) ON CONFLICT REPLACE,
  CONSTRAINT "not before" CHECK (at > 1262304000)
) STRICT;
CREATE TABLE "Tariff" ("from" DATE, "to" DATE, cents NUMERIC(10, 3), CHECK ("from" < "to"));
CREATE UNIQUE INDEX tariff_from ON "Tariff" ("from" COLLATE RTRIM DESC, cents) WHERE "to" IS NULL;
CREATE VIEW IF NOT EXISTS latest AS
  SELECT meter, max(at) AS at FROM reading GROUP BY meter;
CREATE TRIGGER fresh INSTEAD OF INSERT ON latest BEGIN INSERT INTO reading (meter, at, raw) VALUES (new.meter, new.at, 0); END;
