-- Tables' own NOT NULL constraints, which are in the catalog from 18: most of all constraints, so in narrow rows.
SELECT k.conrelid, k.conkey[1], k.conname, k.oid, k.connoinherit, NOT k.convalidated
FROM pg_constraint k
WHERE k.oid >= 16384 AND k.contype = 'n' AND k.conrelid <> 0 AND k.conislocal
