CREATE TABLE "Select" ("order" bigint DEFAULT 3, "naïve ""x""" text NOT NULL, "user" int PRIMARY KEY, "Camel" text);
COMMENT ON COLUMN "Select"."order" IS 'q';
CREATE INDEX "My Index" ON "Select" ("order", lower("Camel"), "naïve ""x""" DESC);
