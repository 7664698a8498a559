CREATE ROLE rc_a;
CREATE ROLE rc_b;
CREATE ROLE rc_c;
GRANT rc_b TO rc_a;
GRANT rc_c TO rc_b;
