SELECT c.oid, c.opcnamespace, c.opcname, am.amname, format_type(c.opcintype, NULL),
       quote_ident(n.nspname) || '.' || quote_ident(f.opfname), c.opcdefault,
       CASE WHEN c.opckeytype <> 0 THEN format_type(c.opckeytype, NULL) END, c.opcfamily
FROM pg_opclass c
JOIN pg_am am ON am.oid = c.opcmethod
JOIN pg_opfamily f ON f.oid = c.opcfamily
JOIN pg_namespace n ON n.oid = f.opfnamespace
WHERE c.oid >= 16384
