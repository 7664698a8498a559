-- Others' transactions that hold a lock on a table and were there before us, oldest first. The attempt is over when this
-- is asked, so pg_blocking_pids knows nothing any more.
SELECT a.pid, coalesce(a.usename, 'not known'), coalesce(nullif(a.application_name, ''), 'no application name'),
       coalesce(a.state, 'state not visible'), coalesce(extract(epoch FROM now() - a.xact_start)::int, 0),
       to_char(a.xact_start AT TIME ZONE 'UTC', 'HH24:MI:SS'), a.query,
       array_to_string(array_agg(DISTINCT c.relname ORDER BY c.relname), ','),
       array_to_string(array_agg(DISTINCT l.mode ORDER BY l.mode), ',')
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_stat_activity a USING (pid)
JOIN pg_catalog.pg_class c ON c.oid = l.relation
WHERE l.granted AND l.locktype = 'relation' AND a.pid <> pg_catalog.pg_backend_pid()
  AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
  AND c.oid >= 16384
GROUP BY a.pid, a.usename, a.application_name, a.state, a.xact_start, a.query
ORDER BY a.xact_start
LIMIT 50
