PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS _reconcile_new_roles_users;
CREATE TABLE _reconcile_new_roles_users (
  user_id INTEGER NOT NULL,
  role_id INTEGER NOT NULL,
  PRIMARY KEY (user_id, role_id)
);
INSERT INTO _reconcile_new_roles_users (rowid, user_id, role_id) SELECT rowid, user_id, role_id FROM roles_users;
DROP TABLE roles_users;
PRAGMA legacy_alter_table = ON;
ALTER TABLE _reconcile_new_roles_users RENAME TO roles_users;
PRAGMA legacy_alter_table = OFF;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
