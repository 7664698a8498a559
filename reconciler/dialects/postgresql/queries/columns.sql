-- Columns of all that has any, in order. Types are spelled by types.sql: a type and its modifier occur many times.
SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attcollation, a.attnotnull,
       a.attidentity::text, a.attgenerated::text, d.oid, pg_get_expr(d.adbin, d.adrelid),
       a.attstorage::text, a.attcompression::text, a.attstattarget, a.attoptions, a.attislocal, a.attinhcount,
       a.attfdwoptions
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
LEFT JOIN pg_attrdef d ON a.atthasdef AND d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND c.relpersistence <> 't'
ORDER BY a.attrelid, a.attnum
