CREATE FUNCTION f(int, text) RETURNS TABLE (n int, x text) LANGUAGE sql
BEGIN ATOMIC
 SELECT $1 + 1, 'a""b' AS "c""d";
END;
