-- Roles but the server's own and the one that it was made with.
SELECT r.rolname, r.rolcanlogin, r.rolsuper, r.rolcreatedb, r.rolcreaterole, r.rolinherit, r.rolreplication,
       r.rolbypassrls, r.rolconnlimit, nullif(r.rolvaliduntil, 'infinity')::text, s.setconfig, shobj_description(r.oid, 'pg_authid')
FROM pg_roles r
LEFT JOIN pg_db_role_setting s ON s.setrole = r.oid AND s.setdatabase = 0
WHERE r.oid >= 16384 AND r.rolname !~ '^pg_'
