-- Owner, rights as they are (NULL: as they are by default) and as they would be by default, of whatever has them.
SELECT x.class::oid, x.oid, x.sub, pg_get_userbyid(x.owner), x.acl::text[],
       CASE WHEN x.acl IS NOT NULL AND x.kind IS NOT NULL THEN acldefault(x.kind::"char", x.owner)::text[] END
FROM (
    SELECT 'pg_namespace'::regclass, oid, 0, nspowner, nspacl, 'n' FROM pg_namespace WHERE nspname !~ '^pg_'
    UNION ALL
    SELECT 'pg_class'::regclass, oid, 0, relowner, relacl, CASE WHEN relkind = 'S' THEN 's' ELSE 'r' END
    FROM pg_class WHERE oid >= 16384 AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relpersistence <> 't'
    UNION ALL
    SELECT 'pg_class'::regclass, a.attrelid, a.attnum, c.relowner, a.attacl, NULL
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE a.attacl IS NOT NULL AND a.attnum > 0 AND NOT a.attisdropped AND c.oid >= 16384 AND c.relpersistence <> 't'
    UNION ALL
    SELECT 'pg_proc'::regclass, oid, 0, proowner, proacl, 'f' FROM pg_proc WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_type'::regclass, t.oid, 0, t.typowner, t.typacl, 'T'
    FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
    WHERE t.oid >= 16384 AND (t.typtype IN ('b', 'd', 'e', 'r') AND t.typelem = 0 OR c.relkind = 'c')
    UNION ALL
    SELECT 'pg_language'::regclass, oid, 0, lanowner, lanacl, 'l' FROM pg_language WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0, fdwowner, fdwacl, 'F' FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT 'pg_foreign_server'::regclass, oid, 0, srvowner, srvacl, 'S' FROM pg_foreign_server
    UNION ALL
    SELECT 'pg_collation'::regclass, oid, 0, collowner, NULL, NULL FROM pg_collation WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_statistic_ext'::regclass, oid, 0, stxowner, NULL, NULL FROM pg_statistic_ext
    UNION ALL
    SELECT 'pg_event_trigger'::regclass, oid, 0, evtowner, NULL, NULL FROM pg_event_trigger
    UNION ALL
    SELECT 'pg_operator'::regclass, oid, 0, oprowner, NULL, NULL FROM pg_operator WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_opclass'::regclass, oid, 0, opcowner, NULL, NULL FROM pg_opclass WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_opfamily'::regclass, oid, 0, opfowner, NULL, NULL FROM pg_opfamily WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_ts_config'::regclass, oid, 0, cfgowner, NULL, NULL FROM pg_ts_config WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_ts_dict'::regclass, oid, 0, dictowner, NULL, NULL FROM pg_ts_dict WHERE oid >= 16384
    UNION ALL
    SELECT 'pg_publication'::regclass, oid, 0, pubowner, NULL, NULL FROM pg_publication
    UNION ALL
    SELECT 'pg_subscription'::regclass, oid, 0, subowner, NULL, NULL FROM pg_subscription
    WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS x (class, oid, sub, owner, acl, kind)
