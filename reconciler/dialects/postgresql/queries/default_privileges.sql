-- Rights on objects that are yet to be made: in all schemas they take the place of the server's, in one they add to them.
SELECT pg_get_userbyid(d.defaclrole), n.nspname, d.defaclobjtype::text, d.defaclacl::text[],
       CASE WHEN n.oid IS NULL THEN
           acldefault(CASE WHEN d.defaclobjtype = 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole)::text[]
       END
FROM pg_default_acl d
LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
