CREATE FUNCTION f(int, text) RETURNS TABLE (n int, x text) LANGUAGE sql
BEGIN ATOMIC
 SELECT length($2), $2 || '""';
END;
CREATE FUNCTION g(int, b text) RETURNS TABLE (n int, x text) LANGUAGE sql
BEGIN ATOMIC
 SELECT $1, b;
END;
