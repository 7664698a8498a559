create event e on schedule every 1 day do select 1;
