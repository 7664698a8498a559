CREATE TABLE t (id int PRIMARY KEY, u uuid DEFAULT uuid(), i4 inet4, i6 inet6 DEFAULT '::1', vb varbinary(16), mp multipoint, gc geometrycollection, ll longblob, lv long varchar, s serial);
