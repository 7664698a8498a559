PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_Last;
CREATE TABLE _reconcile_new_Last (
  Id TEXT PRIMARY KEY,
  Name TEXT,
  UNIQUE (Name)
) WITHOUT ROWID, STRICT;
INSERT INTO _reconcile_new_Last (Id) SELECT Id FROM "Last";
DROP TABLE "Last";
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_Last RENAME TO "Last";
PRAGMA legacy_alter_table = OFF;
ALTER TABLE Customer ADD COLUMN "City" TEXT COLLATE NOCASE;
ALTER TABLE Plain ADD COLUMN City TEXT COLLATE NOCASE;
CREATE TABLE "Order" (
  "OrderId" INTEGER NOT NULL CONSTRAINT "PK_Order" PRIMARY KEY,
  "CustomerId" INT,
  CONSTRAINT "FK_Order" FOREIGN KEY ("CustomerId") REFERENCES "Customer" ("CustomerId")
);
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
