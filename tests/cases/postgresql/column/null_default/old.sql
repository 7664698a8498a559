CREATE TABLE t (a int NOT NULL DEFAULT 1, b int, c text DEFAULT 'x');
