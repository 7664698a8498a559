CREATE ROLE rc_a;
CREATE ROLE rc_b;
CREATE ROLE rc_c;
GRANT rc_a TO rc_b;
GRANT rc_b TO rc_c;
