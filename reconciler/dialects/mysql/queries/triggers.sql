SELECT trigger_name, event_object_table, action_timing, event_manipulation, action_order
FROM information_schema.triggers
WHERE trigger_schema = %s
ORDER BY event_object_table, action_timing, event_manipulation, action_order
