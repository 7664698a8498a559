-- One text that changes whenever a catalog row that inspection reads is written: a row's xmin is that of its last write.
-- Statistics and vacuum write pg_class in place and leave xmin alone; what sets an index invalid in place is counted.
WITH parts (part, n, total) AS (
    SELECT 1, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0)) FROM pg_namespace
    UNION ALL
    SELECT 2, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_class WHERE relpersistence <> 't'
    UNION ALL
    SELECT 3, count(*), bit_xor(hashint8extended((a.attrelid::int8 << 32) | a.xmin::text::int8, a.attnum::int8))
    FROM pg_attribute a WHERE a.attrelid >= 16384
    UNION ALL
    SELECT 4, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0)) FROM pg_attrdef
    UNION ALL
    SELECT 5, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0)) FROM pg_constraint
    UNION ALL
    SELECT 6, count(*) FILTER (WHERE indisvalid),
           bit_xor(hashint8extended((indexrelid::int8 << 32) | xmin::text::int8, 0)) FROM pg_index
    UNION ALL
    SELECT 7, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_type WHERE typtype <> 'c' AND typcategory <> 'A' OR oid >= 16384
    UNION ALL
    SELECT 8, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0)) FROM pg_enum
    UNION ALL
    SELECT 9, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_proc WHERE oid >= 16384
    UNION ALL
    SELECT 10, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0)) FROM pg_trigger
    UNION ALL
    SELECT 11, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_rewrite WHERE oid >= 16384
    UNION ALL
    SELECT 12, count(*), bit_xor(hashint8extended((seqrelid::int8 << 32) | xmin::text::int8, 0)) FROM pg_sequence
    UNION ALL
    SELECT 13, count(*), bit_xor(hashint8extended((objoid::int8 << 32) | xmin::text::int8, objsubid::int8))
    FROM pg_description WHERE objoid >= 16384 OR classoid = 'pg_namespace'::regclass
    UNION ALL
    SELECT 14, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0)) FROM pg_policy
    UNION ALL
    SELECT 15, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0)) FROM pg_extension
    UNION ALL
    SELECT 16, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0)) FROM pg_event_trigger
    UNION ALL
    SELECT 17, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0)) FROM pg_statistic_ext
    UNION ALL
    SELECT 18, count(*), bit_xor(hashint8extended((inhrelid::int8 << 32) | xmin::text::int8, inhseqno::int8))
    FROM pg_inherits
    UNION ALL
    SELECT 19, count(*), bit_xor(hashint8extended((partrelid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_partitioned_table
    UNION ALL
    SELECT 20, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_collation WHERE oid >= 16384
    UNION ALL
    SELECT 21, count(*), bit_xor(hashint8extended((rngtypid::int8 << 32) | xmin::text::int8, 0)) FROM pg_range
    UNION ALL
    SELECT 22, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_operator WHERE oid >= 16384
    UNION ALL
    SELECT 23, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_opclass WHERE oid >= 16384
    UNION ALL
    SELECT 24, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_cast WHERE oid >= 16384
    UNION ALL
    SELECT 25, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0)) FROM pg_foreign_server
    UNION ALL
    SELECT 26, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0)) FROM pg_publication
    UNION ALL
    SELECT 27, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_foreign_data_wrapper
    UNION ALL
    SELECT 28, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_conversion WHERE oid >= 16384
    UNION ALL
    SELECT 29, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_ts_config WHERE oid >= 16384
    UNION ALL
    SELECT 30, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_ts_dict WHERE oid >= 16384
    UNION ALL
    SELECT 31, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_language WHERE oid >= 16384
    UNION ALL
    SELECT 32, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_opfamily WHERE oid >= 16384
    UNION ALL
    SELECT 33, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_am WHERE oid >= 16384
    UNION ALL
    SELECT 34, count(*), bit_xor(hashint8extended((prrelid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_publication_rel
    UNION ALL
    SELECT 35, count(*), bit_xor(hashint8extended((pnpubid::int8 << 32) | xmin::text::int8, pnnspid::int8)) -- from 15
    FROM pg_publication_namespace -- from 15
    UNION ALL -- from 15
    SELECT 36, count(*), bit_xor(hashint8extended((ftrelid::int8 << 32) | xmin::text::int8, 0)) FROM pg_foreign_table
    UNION ALL
    SELECT 37, count(*), bit_xor(hashint8extended((mapcfg::int8 << 32) | xmin::text::int8, maptokentype * 1000 + mapseqno))
    FROM pg_ts_config_map WHERE mapcfg >= 16384
    UNION ALL
    SELECT 38, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_amop WHERE oid >= 16384
    UNION ALL
    SELECT 39, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0))
    FROM pg_amproc WHERE oid >= 16384
    UNION ALL
    SELECT 40, count(*), bit_xor(hashtextextended(umid || ' ' || usename || ' ' || umoptions::text, 0))
    FROM pg_user_mappings -- only the view is for everybody
    UNION ALL
    SELECT 41, count(*), bit_xor(hashint8extended((oid::int8 << 32) | xmin::text::int8, 0)) FROM pg_default_acl
    UNION ALL
    SELECT 42, count(*), bit_xor(hashtextextended(concat_ws(' ', oid, subname, subowner, subenabled, subbinary, substream,
        subtwophasestate, subdisableonerr, -- from 15
        suborigin, subpasswordrequired, subrunasowner, -- from 16
        subfailover, -- from 17
        subslotname, subsynccommit, subpublications), 0)) FROM pg_subscription -- its xmin is for superusers
)
SELECT (SELECT oid::text FROM pg_database WHERE datname = current_database()) || ' ' || current_setting('server_version_num')
       || ' ' || md5(string_agg(format('%s:%s:%s', part, n, coalesce(total, 0)), ' ' ORDER BY part))
FROM parts
