PRAGMA foreign_keys = OFF;
DROP INDEX "ix'1";
DROP TABLE IF EXISTS _reconcile_new_order;
CREATE TABLE _reconcile_new_order (
  "select" INTEGER PRIMARY KEY,
  "it's" TEXT NOT NULL DEFAULT 'é',
  "a""b" TEXT,
  "x y" INTEGER,
  "é" "my type",
  "from" CHECK ("from" <> '/*')
);
INSERT INTO _reconcile_new_order ("select", "it's", "a""b", "x y", "é", "from") SELECT "select", COALESCE("it's", 'é'), "a""b", "x y", "é", "from" FROM "order";
DROP TABLE "order";
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_order RENAME TO "order";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix'1" ON "order" ("it's", "a""b");
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
