INSERT INTO roles_users VALUES (1, 2), (3, 2);
