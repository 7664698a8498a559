-- Without shells: those that another operator names and nobody has made.
SELECT o.oid, o.oprnamespace, o.oprname,
       CASE WHEN o.oprleft <> 0 THEN format_type(o.oprleft, NULL) END,
       CASE WHEN o.oprright <> 0 THEN format_type(o.oprright, NULL) END,
       o.oprcode::regproc::text,
       (SELECT 'OPERATOR(' || quote_ident(n.nspname) || '.' || c.oprname || ')'
        FROM pg_operator c JOIN pg_namespace n ON n.oid = c.oprnamespace WHERE c.oid = o.oprcom),
       (SELECT 'OPERATOR(' || quote_ident(n.nspname) || '.' || c.oprname || ')'
        FROM pg_operator c JOIN pg_namespace n ON n.oid = c.oprnamespace WHERE c.oid = o.oprnegate),
       CASE WHEN o.oprrest <> 0 THEN o.oprrest::regproc::text END,
       CASE WHEN o.oprjoin <> 0 THEN o.oprjoin::regproc::text END, o.oprcanhash, o.oprcanmerge
FROM pg_operator o
WHERE o.oid >= 16384 AND o.oprcode <> 0
