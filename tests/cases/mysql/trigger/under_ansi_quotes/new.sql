SET sql_mode='ANSI_QUOTES';
CREATE TABLE "t" ("a" varchar(10), "c" varchar(10));
CREATE TRIGGER "tr" BEFORE INSERT ON "t" FOR EACH ROW SET NEW."a" = NEW."c";
