-- Where an event starts when it was made, nobody said when it starts.
SELECT event_name, time_zone, starts = created OR starts = last_altered
FROM information_schema.events
WHERE event_schema = %s
ORDER BY event_name
