SELECT from_user, from_host, to_user, to_host, with_admin_option FROM mysql.role_edges ORDER BY 1, 2, 3, 4
