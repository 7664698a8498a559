CREATE TABLE "order" ("select" INTEGER PRIMARY KEY, "it's" TEXT, "a""b" TEXT, [x y] TEXT, "é" "my type", "from" CHECK ("from" <> '--'));
CREATE INDEX "ix'1" ON "order" ("it's", "a""b");
CREATE VIEW "v""w" AS SELECT "it's" FROM "order";
