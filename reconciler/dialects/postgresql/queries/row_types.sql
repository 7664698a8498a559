-- Array types over the row types of relations.
SELECT t.oid, t.typarray FROM pg_type t WHERE t.oid >= 16384 AND t.typtype = 'c' AND t.typarray <> 0
