CREATE SCHEMA sub;
CREATE TABLE whole (id smallint, n bigint, CONSTRAINT positive CHECK (n > 0)) PARTITION BY LIST (id);
COMMENT ON CONSTRAINT positive ON whole IS 'of all';
CREATE TABLE sub.part (LIKE whole INCLUDING CONSTRAINTS INCLUDING COMMENTS);
COMMENT ON CONSTRAINT positive ON sub.part IS 'of one''s own';
ALTER TABLE whole ATTACH PARTITION sub.part FOR VALUES IN (1);
CREATE TABLE parent (n integer, CONSTRAINT small CHECK (n < 10));
CREATE TABLE child (CONSTRAINT other CHECK (n <> 3)) INHERITS (parent);
COMMENT ON CONSTRAINT small ON child IS 'here too';
