-- Members of operator classes and, where no class has them, of families: what pg_dump prints with either.
SELECT 'pg_amop'::regclass::oid, a.oid, d.refclassid, d.refobjid,
       'OPERATOR ' || a.amopstrategy || ' ' || a.amopopr::regoperator::text
       || coalesce((SELECT ' FOR ORDER BY ' || quote_ident(n.nspname) || '.' || quote_ident(f.opfname)
                    FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace WHERE f.oid = a.amopsortfamily), ''),
       format_type(a.amoplefttype, NULL) || ', ' || format_type(a.amoprighttype, NULL)
FROM pg_amop a
JOIN pg_depend d ON d.classid = 'pg_amop'::regclass AND d.objid = a.oid
  AND d.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
WHERE a.oid >= 16384
UNION ALL
SELECT 'pg_amproc'::regclass::oid, a.oid, d.refclassid, d.refobjid,
       'FUNCTION ' || a.amprocnum || ' (' || format_type(a.amproclefttype, NULL) || ', '
       || format_type(a.amprocrighttype, NULL) || ') ' || a.amproc::regprocedure::text,
       format_type(a.amproclefttype, NULL) || ', ' || format_type(a.amprocrighttype, NULL)
FROM pg_amproc a
JOIN pg_depend d ON d.classid = 'pg_amproc'::regclass AND d.objid = a.oid
  AND d.refclassid IN ('pg_opclass'::regclass, 'pg_opfamily'::regclass)
WHERE a.oid >= 16384
ORDER BY 5
