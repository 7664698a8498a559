SELECT r.oid, p.pubname, r.prrelid,
       r.prattrs::int2[], pg_get_expr(r.prqual, r.prrelid) -- from 15
       NULL, NULL -- before 15
FROM pg_publication_rel r
JOIN pg_publication p ON p.oid = r.prpubid
