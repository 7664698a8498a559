SELECT d.oid, d.dictnamespace, d.dictname, quote_ident(n.nspname) || '.' || quote_ident(t.tmplname), d.dictinitoption
FROM pg_ts_dict d
JOIN pg_ts_template t ON t.oid = d.dicttemplate
JOIN pg_namespace n ON n.oid = t.tmplnamespace
WHERE d.oid >= 16384
