SELECT f.oid, f.opfnamespace, f.opfname, am.amname
FROM pg_opfamily f
JOIN pg_am am ON am.oid = f.opfmethod
WHERE f.oid >= 16384
