-- Without the cast that every range has to its multirange.
SELECT c.oid, format_type(c.castsource, NULL), format_type(c.casttarget, NULL),
       CASE WHEN c.castfunc <> 0 THEN c.castfunc::regprocedure::text END, c.castcontext::text, c.castmethod::text
FROM pg_cast c
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'i')
