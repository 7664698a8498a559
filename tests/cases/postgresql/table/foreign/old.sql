CREATE FOREIGN DATA WRAPPER w;
CREATE SERVER s FOREIGN DATA WRAPPER w;
CREATE FOREIGN TABLE kept (id integer OPTIONS (column_name 'ID') NOT NULL, name text, gone text) SERVER s OPTIONS (table_name 'x', a 'b');
CREATE FOREIGN TABLE dropped (id integer) SERVER s;
CREATE TABLE local_one (id integer);
CREATE VIEW v AS SELECT id, name FROM kept;
