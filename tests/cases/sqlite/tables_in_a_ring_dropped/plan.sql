PRAGMA foreign_keys = OFF;
DROP TABLE a;
DROP TABLE b;
PRAGMA foreign_key_check;
PRAGMA foreign_keys = ON;
