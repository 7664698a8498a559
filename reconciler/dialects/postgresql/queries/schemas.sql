-- User schemas. Names that begin with pg_ are the system's, temporary schemas among them.
SELECT n.oid, n.nspname
FROM pg_namespace n
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
