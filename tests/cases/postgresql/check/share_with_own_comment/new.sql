CREATE SCHEMA sub;
CREATE TABLE whole (id smallint, n bigint, CONSTRAINT positive CHECK (n > 0)) PARTITION BY LIST (id);
CREATE TABLE sub.part PARTITION OF whole FOR VALUES IN (1);
COMMENT ON CONSTRAINT positive ON sub.part IS 'another';
CREATE TABLE parent (n integer, CONSTRAINT small CHECK (n < 10));
CREATE TABLE child (CONSTRAINT other CHECK (n <> 3)) INHERITS (parent);
