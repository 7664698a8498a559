-- What exists and is not modelled: class, number, what it is, its name. Nothing in a catalog is to be passed over.
SELECT x.class::oid, x.oid, x.what, (pg_identify_object(x.class, x.oid, 0)).identity
FROM (
    SELECT 'pg_operator'::regclass, oid, 'operator' FROM pg_operator WHERE oprcode <> 0
    UNION ALL SELECT 'pg_opclass'::regclass, oid, 'operator class' FROM pg_opclass
    UNION ALL SELECT 'pg_opfamily'::regclass, oid, 'operator family' FROM pg_opfamily
    UNION ALL SELECT 'pg_cast'::regclass, oid, 'cast' FROM pg_cast
    UNION ALL SELECT 'pg_conversion'::regclass, oid, 'conversion' FROM pg_conversion
    UNION ALL SELECT 'pg_transform'::regclass, oid, 'transform' FROM pg_transform
    UNION ALL SELECT 'pg_language'::regclass, oid, 'language' FROM pg_language
    UNION ALL SELECT 'pg_am'::regclass, oid, 'access method' FROM pg_am
    UNION ALL SELECT 'pg_ts_config'::regclass, oid, 'text search configuration' FROM pg_ts_config
    UNION ALL SELECT 'pg_ts_dict'::regclass, oid, 'text search dictionary' FROM pg_ts_dict
    UNION ALL SELECT 'pg_ts_parser'::regclass, oid, 'text search parser' FROM pg_ts_parser
    UNION ALL SELECT 'pg_ts_template'::regclass, oid, 'text search template' FROM pg_ts_template
    UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid, 'foreign-data wrapper' FROM pg_foreign_data_wrapper
    UNION ALL SELECT 'pg_foreign_server'::regclass, oid, 'foreign server' FROM pg_foreign_server
    UNION ALL SELECT 'pg_user_mapping'::regclass, umid, 'user mapping' FROM pg_user_mappings
    UNION ALL SELECT 'pg_publication'::regclass, oid, 'publication' FROM pg_publication
    UNION ALL SELECT 'pg_publication_rel'::regclass, oid, 'publication relation' FROM pg_publication_rel
    UNION ALL SELECT 'pg_publication_namespace'::regclass, oid, 'publication namespace' FROM pg_publication_namespace -- from 15
    UNION ALL SELECT 'pg_subscription'::regclass, s.oid, 'subscription' FROM pg_subscription s
      WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS x (class, oid, what)
WHERE x.oid >= 16384
  -- what comes with something else by itself: the cast of a range to its multirange
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = x.class::oid AND d.objid = x.oid AND d.deptype = 'i')
