-- Rewrite rules; _RETURN is the view itself, whose dependencies are recorded on the rule.
SELECT r.oid, r.ev_class, r.rulename, r.ev_enabled::text,
       CASE WHEN r.rulename <> '_RETURN' THEN pg_get_ruledef(r.oid) END
FROM pg_rewrite r
WHERE r.oid >= 16384
