CREATE DOMAIN d AS integer CONSTRAINT above CHECK (value > 0) CONSTRAINT b CHECK (value < 9);
COMMENT ON CONSTRAINT above ON DOMAIN d IS 'a check';
CREATE DOMAIN g AS text CONSTRAINT full_text CHECK (value <> '');
CREATE TABLE t (d d);
