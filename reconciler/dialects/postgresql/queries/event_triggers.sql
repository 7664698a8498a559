SELECT e.oid, e.evtname, e.evtevent, e.evtfoid::regproc::text, e.evttags, e.evtenabled::text
FROM pg_event_trigger e
