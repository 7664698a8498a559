-- The operator classes that an index takes by itself for a column of exactly this type.
SELECT o.oid, o.opcintype FROM pg_opclass o WHERE o.opcdefault
