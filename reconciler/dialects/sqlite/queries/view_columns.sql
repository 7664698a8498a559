-- The columns of all views; fails as a whole where one of them cannot be resolved.
SELECT m.name, x.name
FROM main.sqlite_master AS m
JOIN pragma_table_xinfo(m.name, 'main') AS x
WHERE m.type = 'view'
