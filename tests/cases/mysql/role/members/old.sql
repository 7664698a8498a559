CREATE ROLE rc_reader;
CREATE ROLE rc_gone;
CREATE ROLE `rc odd``s`;
CREATE USER rc_app@'%' ACCOUNT LOCK;
GRANT rc_reader TO rc_app@'%';
GRANT rc_gone TO rc_reader;
GRANT rc_reader TO `rc odd``s`;
GRANT `rc odd``s` TO rc_app@'%' WITH ADMIN OPTION;
