SELECT role, '', user, host, admin_option FROM mysql.roles_mapping ORDER BY role, user, host
