-- Statistics targets of expression columns of indexes.
SELECT a.attrelid, a.attnum, a.attstattarget
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('i', 'I')
WHERE a.attrelid >= 16384 AND a.attstattarget >= 0
