-- Everything with columns: tables (r, p), views (v), materialised views (m), foreign tables (f), composites (c).
SELECT c.oid, c.relnamespace, c.relname, c.relkind::text, c.relpersistence::text, c.reloptions, toast.reloptions,
       am.amname, ts.spcname, c.reltype, c.reloftype, c.relispartition, c.relhasrules,
       c.relrowsecurity, c.relforcerowsecurity, c.relreplident::text, c.relispopulated,
       CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
       CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
       CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END
FROM pg_class c
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid AND toast.reloptions IS NOT NULL
LEFT JOIN pg_am am ON am.oid = c.relam AND am.amname <> 'heap'
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relpersistence <> 't'
