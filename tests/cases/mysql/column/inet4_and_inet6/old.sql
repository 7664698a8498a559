CREATE TABLE t (
  a inet4 NOT NULL DEFAULT '10.0.0.1' PRIMARY KEY,
  b inet6 COMMENT 'it''s',
  c inet4 INVISIBLE,
  seen datetime DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  d int,
  UNIQUE KEY u (c),
  KEY k (b, d)
);
CREATE TABLE linked (a inet4, CONSTRAINT f FOREIGN KEY (a) REFERENCES t (a));
