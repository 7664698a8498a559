REVOKE `rc_reader` FROM `rc odd``s`;
DROP ROLE `rc_gone`;
REVOKE ADMIN OPTION FOR `rc odd``s` FROM 'rc_app'@'%';
GRANT `rc_reader` TO 'rc_app'@'%' WITH ADMIN OPTION;
CREATE ROLE IF NOT EXISTS `rc_writer`;
GRANT `rc_reader` TO `rc_writer`;
