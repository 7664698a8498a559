CREATE TABLE t (
  a inet6 NOT NULL DEFAULT '::ffff:10.0.0.1' PRIMARY KEY,
  b inet4 NOT NULL DEFAULT '1.1.1.1' COMMENT 'it''s',
  c inet6 INVISIBLE,
  seen datetime DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  UNIQUE KEY u (c),
  KEY k (b, e),
  e int
);
CREATE TABLE linked (a inet6, CONSTRAINT f FOREIGN KEY (a) REFERENCES t (a));
