PRAGMA user_version = 3; PRAGMA application_id = 5; CREATE TABLE t (a);
