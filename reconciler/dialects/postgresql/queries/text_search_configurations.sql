SELECT c.oid, c.cfgnamespace, c.cfgname, quote_ident(n.nspname) || '.' || quote_ident(p.prsname)
FROM pg_ts_config c
JOIN pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_namespace n ON n.oid = p.prsnamespace
WHERE c.oid >= 16384
