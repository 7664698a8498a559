CREATE TABLE base (id integer);
CREATE TABLE other (x text);
CREATE TABLE child (id integer, x text);
ALTER TABLE child INHERIT base;
CREATE TYPE row_of AS (a integer, b text);
CREATE TABLE typed OF row_of;
CREATE TABLE untyped (a integer, b text);
