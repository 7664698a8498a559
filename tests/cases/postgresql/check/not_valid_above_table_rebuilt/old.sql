CREATE TABLE parent (n integer, m integer);
CREATE TABLE child (k integer DEFAULT 1 NOT NULL) INHERITS (parent);
ALTER TABLE parent ADD CONSTRAINT few CHECK (n < 9) NOT VALID;
