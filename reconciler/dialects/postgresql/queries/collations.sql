SELECT c.oid, c.collnamespace, c.collname, quote_ident(n.nspname) || '.' || quote_ident(c.collname),
       c.collprovider::text, c.collisdeterministic, c.collcollate, c.collctype,
       c.colliculocale, -- from 15 before 17
       c.colllocale, -- from 17
       NULL, -- before 15
       c.collicurules -- from 16
       NULL -- before 16
FROM pg_collation c
JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE c.oid >= 16384 OR c.oid = ANY (%s::oid[])
