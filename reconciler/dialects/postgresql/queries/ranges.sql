SELECT r.rngtypid, r.rngmultitypid, format_type(r.rngsubtype, NULL),
       CASE WHEN oc.opcdefault THEN NULL ELSE quote_ident(ocn.nspname) || '.' || quote_ident(oc.opcname) END,
       CASE WHEN r.rngcollation = st.typcollation THEN NULL
            ELSE quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END,
       CASE WHEN r.rngcanonical = 0 THEN NULL ELSE r.rngcanonical::regproc::text END,
       CASE WHEN r.rngsubdiff = 0 THEN NULL ELSE r.rngsubdiff::regproc::text END,
       mt.typname, mn.nspname
FROM pg_range r
JOIN pg_type st ON st.oid = r.rngsubtype
JOIN pg_opclass oc ON oc.oid = r.rngsubopc
JOIN pg_namespace ocn ON ocn.oid = oc.opcnamespace
LEFT JOIN pg_type mt ON mt.oid = r.rngmultitypid
LEFT JOIN pg_namespace mn ON mn.oid = mt.typnamespace
LEFT JOIN pg_collation co ON co.oid = r.rngcollation
LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
WHERE r.rngtypid >= 16384
