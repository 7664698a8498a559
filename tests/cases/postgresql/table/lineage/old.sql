CREATE TABLE base (id integer);
CREATE TABLE other (x text);
CREATE TABLE child (id integer, x text);
CREATE TYPE row_of AS (a integer, b text);
CREATE TABLE typed (a integer, b text);
CREATE TABLE untyped OF row_of;
