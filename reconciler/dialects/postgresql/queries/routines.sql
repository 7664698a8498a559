-- Functions, procedures, aggregates; aggregates have no pg_get_functiondef.
SELECT p.oid, p.pronamespace, p.proname, p.prokind::text, oidvectortypes(p.proargtypes), l.lanname,
       pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid), p.pronargdefaults,
       CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END,
       CASE WHEN '' = ANY (p.proargnames) THEN (
           SELECT array_agg(DISTINCT m[1]::int) FROM regexp_matches(p.prosqlbody::text, ':paramkind 0 :paramid (\d+)', 'g') m
           WHERE p.proargnames[m[1]::int] = '') END
FROM pg_proc p
JOIN pg_language l ON l.oid = p.prolang
WHERE p.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
                  AND d.deptype IN ('e', 'i'))
