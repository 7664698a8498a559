CREATE ROLE rc_reader;
CREATE ROLE rc_writer;
CREATE ROLE `rc odd``s`;
CREATE USER rc_app@'%' ACCOUNT LOCK;
GRANT rc_reader TO rc_app@'%' WITH ADMIN OPTION;
GRANT rc_reader TO rc_writer;
GRANT `rc odd``s` TO rc_app@'%';
