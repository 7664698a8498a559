INSERT INTO "order" VALUES (1, 'q', 'b', 'c', 'd', 'e');
