-- How the server spells each type with its modifier; what its columns have by default.
SELECT x.type, x.modifier, format_type(x.type, x.modifier), t.typcollation, t.typstorage::text, t.typelem
FROM unnest(%s::oid[], %s::int[]) AS x (type, modifier)
JOIN pg_type t ON t.oid = x.type
