-- Constraints of tables and domains. Keys are put together from their columns: no deparsing for most of them. NOT NULL of
-- tables is read by not_null.sql.
SELECT k.oid, k.conrelid, k.contypid, k.conname, k.contype::text, k.conkey, k.confrelid, k.confkey, k.conindid,
       k.condeferrable, k.condeferred, k.convalidated, k.connoinherit, k.conislocal, k.coninhcount, k.conparentid,
       k.confmatchtype::text, k.confupdtype::text, k.confdeltype::text,
       k.confdelsetcols, -- from 15
       NULL, -- before 15
       k.conenforced, k.conperiod, -- from 18
       true, false, -- before 18
       CASE WHEN k.contype = 'c' AND k.conrelid <> 0 THEN pg_get_expr(k.conbin, k.conrelid)
            WHEN k.contype = 'x' OR k.contype = 'c' THEN pg_get_constraintdef(k.oid) END
FROM pg_constraint k
WHERE k.oid >= 16384 AND k.contype IN ('p', 'u', 'c', 'f', 'x', 'n')
  AND (k.contype <> 'n' OR k.conrelid = 0)
