-- Triggers that somebody made; those of a partition that come from its parent are the parent's.
SELECT t.oid, t.tgrelid, t.tgname, t.tgenabled::text, pg_get_triggerdef(t.oid), t.tgparentid
FROM pg_trigger t
WHERE NOT t.tgisinternal AND t.oid >= 16384
