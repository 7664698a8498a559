SELECT p.oid, p.polrelid, p.polname, p.polcmd::text, p.polpermissive,
       ARRAY(SELECT CASE WHEN x.r = 0 THEN 'public' ELSE quote_ident(pg_get_userbyid(x.r)) END
             FROM unnest(p.polroles) AS x (r) ORDER BY 1),
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_policy p
