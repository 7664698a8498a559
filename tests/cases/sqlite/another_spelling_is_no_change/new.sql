CREATE TABLE "t" ( /* the key */ [id] INTEGER PRIMARY KEY, -- no comment
 `a` VARCHAR(20) NOT NULL DEFAULT 'X', "b" INTEGER,
 CHECK ( "b" > 0 AND A IN ('x', 'y') ), FOREIGN KEY ("b") REFERENCES "t" ("id"));
CREATE INDEX "ix" ON "t" (LOWER("a"), "b") WHERE "B" > 0;
CREATE VIEW "v" AS SELECT a
 FROM t -- here
 WHERE b > 1;
CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1 ; END;
