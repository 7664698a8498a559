-- The spatial reference of columns, which SHOW CREATE TABLE of MariaDB leaves out.
SELECT g_table_name, g_geometry_column, srid
FROM information_schema.geometry_columns
WHERE g_table_schema = %s AND srid <> 0
