-- Indexes, those of constraints among them. Their text is put together from this where it is plain: printing an index
-- costs the server more than reading all of its columns.
SELECT i.indexrelid, i.indrelid, c.relname, i.indisunique, i.indisprimary, am.amname, i.indkey::text, i.indnkeyatts,
       i.indnullsnotdistinct, -- from 15
       false, -- before 15
       c.reloptions, ts.spcname, i.indisclustered, i.indisreplident, i.indisvalid, c.relispartition,
       i.indclass::text, i.indcollation::text, i.indoption::text,
       pg_get_expr(i.indpred, i.indrelid)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
WHERE i.indexrelid >= 16384 AND c.relkind IN ('i', 'I')
