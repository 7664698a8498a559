-- Triggers that somebody made; those of a partition that come from its parent name the parent's. Up to 14 these are
-- internal ones, as those of foreign keys are.
SELECT t.oid, t.tgrelid, t.tgname, t.tgenabled::text, CASE WHEN t.tgparentid = 0 THEN pg_get_triggerdef(t.oid) END,
       t.tgparentid
FROM pg_trigger t
WHERE t.oid >= 16384
  AND NOT t.tgisinternal -- from 15
  AND (NOT t.tgisinternal OR t.tgparentid <> 0 AND t.tgconstrrelid = 0 AND t.tgconstrindid = 0) -- before 15
