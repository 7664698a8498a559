CREATE TABLE t (a int DEFAULT 2, b int NOT NULL DEFAULT (1 + 2), c text);
