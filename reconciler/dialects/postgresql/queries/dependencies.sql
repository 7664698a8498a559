-- What definitions refer to, as the server recorded it. Left out, since the objects themselves say it: schemas, columns
-- of keys and checks, columns of indexes without expressions, the table of a column's default.
SELECT d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid
FROM pg_depend d
WHERE d.objid >= 16384 AND d.refobjid >= 16384 AND d.deptype IN ('n', 'a')
  AND d.refclassid <> 'pg_namespace'::regclass
  AND NOT (d.classid = 'pg_constraint'::regclass AND d.refclassid = 'pg_class'::regclass)
  AND NOT (d.classid = 'pg_class'::regclass AND d.objsubid = 0 AND d.deptype = 'a'
           AND d.refclassid = 'pg_class'::regclass
           AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indexrelid = d.objid
                           AND (i.indexprs IS NOT NULL OR i.indpred IS NOT NULL)))
