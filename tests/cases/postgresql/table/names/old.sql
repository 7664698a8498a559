CREATE TABLE "Select" ("order" int, "naïve ""x""" text, "user" int PRIMARY KEY);
