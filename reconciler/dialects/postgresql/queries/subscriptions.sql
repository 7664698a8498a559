-- Of this database, and never subconninfo: it is a secret, and only superusers may read it.
SELECT s.oid, s.subname, s.subpublications, s.subenabled, s.subslotname, s.subsynccommit, s.subbinary,
       s.substream::text,
       s.subtwophasestate <> 'd', s.subdisableonerr, -- from 15
       false, false, -- before 15
       s.suborigin, s.subpasswordrequired, s.subrunasowner, -- from 16
       'any', true, false, -- before 16
       s.subfailover, -- from 17
       false, -- before 17
       'parallel' -- from 18
       'off' -- before 18
FROM pg_subscription s
WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
