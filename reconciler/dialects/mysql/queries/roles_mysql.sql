-- A role is an account that nobody can use: without a password, locked.
SELECT user, host FROM mysql.user
WHERE account_locked = 'Y' AND password_expired = 'Y' AND authentication_string = ''
ORDER BY user, host
