SELECT i.oid, pg_get_indexdef(i.oid) FROM unnest(%s::oid[]) AS i (oid)
