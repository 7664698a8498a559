PRAGMA application_id = 0;
PRAGMA user_version = 4;
ALTER TABLE t ADD COLUMN b;
