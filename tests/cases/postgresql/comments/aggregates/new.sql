CREATE AGGREGATE total (integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '5');
COMMENT ON AGGREGATE total (integer) IS 'the sum and five';
CREATE AGGREGATE share (double precision ORDER BY anyelement) (
    SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
COMMENT ON AGGREGATE share (double precision ORDER BY anyelement) IS 'ordered';
CREATE AGGREGATE "any (" (*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
COMMENT ON AGGREGATE "any (" (*) IS 'all rows';
CREATE TABLE t (a integer);
CREATE VIEW v AS SELECT total(a) AS a FROM t;
