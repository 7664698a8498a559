-- Who inherits from whom, tables and indexes, in the order of the parents.
SELECT i.inhrelid, i.inhparent
FROM pg_inherits i
ORDER BY i.inhrelid, i.inhseqno
