-- Every right on one database, its tables, their columns and its routines: whose, on what, which, and whether it may be
-- granted on. The name of a database is a pattern here, in which an underscore may be escaped.
SELECT grantee, 'database', '', '', privilege_type, is_grantable
FROM information_schema.schema_privileges
WHERE replace(table_schema, '\\', '') = %s
UNION ALL
SELECT grantee, 'table', table_name, '', privilege_type, is_grantable
FROM information_schema.table_privileges
WHERE table_schema = %s
UNION ALL
SELECT grantee, 'table', table_name, column_name, privilege_type, is_grantable
FROM information_schema.column_privileges
WHERE table_schema = %s
UNION ALL
SELECT concat('''', user, '''@''', host, ''''), lower(routine_type), routine_name, '', proc_priv, 'NO'
FROM mysql.procs_priv
WHERE db = %s
