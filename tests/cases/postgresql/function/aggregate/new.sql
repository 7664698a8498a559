CREATE AGGREGATE mysum (int) (sfunc = int4pl, stype = int, initcond = '0', parallel = safe);
CREATE AGGREGATE pct (float8 ORDER BY anyelement) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
COMMENT ON AGGREGATE mysum (int) IS 'a';
