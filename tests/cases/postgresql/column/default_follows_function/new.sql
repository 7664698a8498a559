CREATE FUNCTION f() RETURNS bigint LANGUAGE sql AS 'SELECT 1';
CREATE TABLE t (a int, b int DEFAULT f() + 1, c text DEFAULT 'x');
