CREATE SCHEMA app;
CREATE SCHEMA more;
CREATE TABLE app.a (id integer PRIMARY KEY, b text, c integer);
CREATE TABLE app.made (id integer PRIMARY KEY, n integer);
CREATE PUBLICATION p FOR TABLE app.a (id, c) WHERE (id < 100), app.made WHERE (id > 0 AND id < 9);
CREATE PUBLICATION s FOR TABLES IN SCHEMA more;
