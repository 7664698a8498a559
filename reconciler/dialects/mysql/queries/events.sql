-- Where an event starts when it was made, nobody said when it starts. `starts` is in the event's zone, the others in the
-- session's.
SELECT event_name, time_zone,
    starts = convert_tz(created, @@session.time_zone, time_zone)
    OR starts = convert_tz(last_altered, @@session.time_zone, time_zone)
FROM information_schema.events
WHERE event_schema = %s
ORDER BY event_name
