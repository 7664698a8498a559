SELECT s.oid, s.stxnamespace, s.stxname, s.stxrelid, pg_get_statisticsobjdef(s.oid), s.stxstattarget
FROM pg_statistic_ext s
