SELECT user, '' FROM mysql.user WHERE is_role = 'Y' AND user <> 'PUBLIC' ORDER BY user
