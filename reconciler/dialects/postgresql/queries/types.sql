-- User types but the row types of relations; arrays are mapped to what they are arrays of.
SELECT t.oid, t.typnamespace, t.typname, t.typtype::text, t.typarray, t.typrelid, t.typnotnull, t.typdefault,
       format_type(t.typbasetype, t.typtypmod), t.typcollation, base.typcollation
FROM pg_type t
LEFT JOIN pg_type base ON base.oid = t.typbasetype
WHERE t.oid >= 16384 AND t.typtype IN ('b', 'd', 'e', 'r', 'm') AND t.typelem = 0
