CREATE TYPE one AS (a int, b text);
CREATE TYPE two AS (a int, b text, c int[]);
CREATE TABLE t OF two (a NOT NULL);
CREATE TABLE s OF one;
CREATE TABLE plain OF two (c DEFAULT '{}');
CREATE TABLE left_alone (a int, b text, z timestamptz DEFAULT now());
