CREATE TABLE t (a bigint PRIMARY KEY, c text DEFAULT 'c');
