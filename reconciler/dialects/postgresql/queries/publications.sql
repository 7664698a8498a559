SELECT p.oid, p.pubname, p.puballtables, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot,
       p.pubgencols::text, -- from 18
       NULL, -- before 18
       ARRAY (SELECT n.nspname FROM pg_publication_namespace pn JOIN pg_namespace n ON n.oid = pn.pnnspid -- from 15
              WHERE pn.pnpubid = p.oid ORDER BY 1) -- from 15
       '{}'::text[] -- before 15
FROM pg_publication p
