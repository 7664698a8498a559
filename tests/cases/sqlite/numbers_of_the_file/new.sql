PRAGMA user_version = 4; CREATE TABLE t (a, b);
