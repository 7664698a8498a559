-- Every object with its text. SQLite's own tables (sqlite_sequence, sqlite_stat1 …) and indexes of keys are left out.
SELECT type, name, tbl_name, sql, rootpage
FROM main.sqlite_master
WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' AND sql IS NOT NULL
ORDER BY type, name
