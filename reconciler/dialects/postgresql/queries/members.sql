-- What belongs to an extension: never ours to manage.
SELECT d.classid, d.objid, d.refobjid
FROM pg_depend d
WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass
