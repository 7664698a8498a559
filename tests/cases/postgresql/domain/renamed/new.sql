CREATE DOMAIN counted AS integer DEFAULT 1 CONSTRAINT positive CHECK (value > 0);
COMMENT ON DOMAIN counted IS 'a domain';
CREATE TABLE t (d counted, ds counted[] DEFAULT ARRAY[1::counted], CHECK (d <> 5::counted));
CREATE DOMAIN e AS counted;
CREATE FUNCTION f(counted) RETURNS counted LANGUAGE sql RETURN $1;
CREATE VIEW v AS SELECT d, 1::counted AS one FROM t;
