-- What belongs to an extension and is never ours to manage (e), and what is to go with one (x).
SELECT d.classid, d.objid, d.refobjid, d.deptype::text
FROM pg_depend d
WHERE d.deptype IN ('e', 'x') AND d.refclassid = 'pg_extension'::regclass
