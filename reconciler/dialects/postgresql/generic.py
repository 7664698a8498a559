"""OPTIONS (…) of what is foreign: wrappers, servers, user mappings, tables and their columns."""

from __future__ import annotations

from ...model.tables import Options
from .spelling import ident, literal


def generic_options(options: Options) -> str:
    """` OPTIONS (a 'x')` of a CREATE; nothing for none."""
    return f" OPTIONS ({', '.join(f'{ident(k)} {literal(v)}' for k, v in options)})" if options else ""


def generic_changes(old: Options, new: Options) -> str:
    """` OPTIONS (ADD …, SET …, DROP …)` of an ALTER; nothing where they are equal."""
    before, after = dict(old), dict(new)
    said = [f"DROP {ident(k)}" for k in before if k not in after]
    said += [f"{'SET' if k in before else 'ADD'} {ident(k)} {literal(v)}" for k, v in new if before.get(k) != v]
    return f" OPTIONS ({', '.join(said)})" if said else ""
