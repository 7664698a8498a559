-- Sequences with their owner: deptype a is OWNED BY, i is an identity column's own.
SELECT c.oid, c.relnamespace, c.relname, c.relpersistence::text, s.seqtypid, s.seqstart, s.seqincrement,
       s.seqmin, s.seqmax, s.seqcache, s.seqcycle, d.deptype::text, d.refobjid, d.refobjsubid,
       c.relpersistence <> (SELECT o.relpersistence FROM pg_class o WHERE o.oid = d.refobjid) -- from 15
       false -- before 15
FROM pg_sequence s
JOIN pg_class c ON c.oid = s.seqrelid
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
                     AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
WHERE c.oid >= 16384 AND c.relpersistence <> 't'
