-- Every table, view and sequence of the database by name; their definitions are printed one by one.
SELECT table_name, table_type
FROM information_schema.tables
WHERE table_schema = %s
ORDER BY table_name
