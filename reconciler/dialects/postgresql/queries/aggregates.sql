SELECT a.aggfnoid::oid, a.aggkind::text, a.aggnumdirectargs, a.aggtransfn::regproc::text,
       format_type(a.aggtranstype, NULL), a.aggtransspace, nullif(a.aggfinalfn, 0)::regproc::text, a.aggfinalextra,
       a.aggfinalmodify::text, nullif(a.aggcombinefn, 0)::regproc::text, nullif(a.aggserialfn, 0)::regproc::text,
       nullif(a.aggdeserialfn, 0)::regproc::text, a.agginitval, nullif(a.aggmtransfn, 0)::regproc::text,
       nullif(a.aggminvtransfn, 0)::regproc::text, format_type(nullif(a.aggmtranstype, 0), NULL), a.aggmtransspace,
       nullif(a.aggmfinalfn, 0)::regproc::text, a.aggmfinalextra, a.aggmfinalmodify::text, a.aggminitval,
       CASE WHEN a.aggsortop <> 0 THEN
            (SELECT quote_ident(n.nspname) || '.' || o.oprname FROM pg_operator o
             JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE o.oid = a.aggsortop) END,
       p.proparallel::text, pg_get_function_arguments(p.oid)
FROM pg_aggregate a
JOIN pg_proc p ON p.oid = a.aggfnoid
WHERE a.aggfnoid >= 16384
