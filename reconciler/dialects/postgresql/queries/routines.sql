-- Functions, procedures, aggregates; aggregates have no pg_get_functiondef.
SELECT p.oid, p.pronamespace, p.proname, p.prokind::text, oidvectortypes(p.proargtypes), l.lanname,
       pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid), p.pronargdefaults,
       CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END
FROM pg_proc p
JOIN pg_language l ON l.oid = p.prolang
WHERE p.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                  AND d.deptype IN ('e', 'i'))
