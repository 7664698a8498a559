CREATE TABLE a (id integer PRIMARY KEY, b text);
CREATE TABLE b2 (id integer PRIMARY KEY, b text);
CREATE TABLE c (id bigint PRIMARY KEY);
CREATE PUBLICATION p FOR TABLE a, c WITH (publish_via_partition_root = true);
COMMENT ON PUBLICATION p IS 'to the warehouse';
CREATE PUBLICATION everything FOR ALL TABLES WITH (publish = 'insert, delete');
CREATE PUBLICATION empty;
