-- The role is NULL for everybody. Options are NULL for whoever may not see them.
SELECT u.umid, u.srvname, CASE WHEN u.umuser <> 0 THEN u.usename END, u.umoptions
FROM pg_user_mappings u
