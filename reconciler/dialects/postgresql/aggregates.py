"""CREATE AGGREGATE from the catalog's columns: the server has no function that prints it."""

from __future__ import annotations

from typing import Final

from ...model.address import Address
from .snapshot import Row
from .spelling import literal, qualified

_MODIFY: Final = {"r": "READ_ONLY", "s": "SHAREABLE", "w": "READ_WRITE"}
_PARALLEL: Final = {"s": "SAFE", "r": "RESTRICTED"}


def aggregate_definition(own: Address, arguments: str, identity: str, r: Row) -> str:
    """The whole CREATE OR REPLACE AGGREGATE."""
    (_, kind, _, transition, state, space, final, final_extra, final_modify, combine, serial, deserial, initial,
     moving, inverse, moving_state, moving_space, moving_final, moving_extra, moving_modify, moving_initial,
     sort_operator, parallel, printed) = r  # fmt: skip
    default = "w" if kind in "oh" else "r"  # ordered-set aggregates may change their state when they finish
    clauses = [
        ("SFUNC", transition),
        ("STYPE", state),
        ("SSPACE", space or None),
        ("FINALFUNC", final),
        ("FINALFUNC_EXTRA", final_extra),
        ("FINALFUNC_MODIFY", _MODIFY[final_modify] if final and final_modify != default else None),
        ("COMBINEFUNC", combine),
        ("SERIALFUNC", serial),
        ("DESERIALFUNC", deserial),
        ("INITCOND", literal(initial) if initial is not None else None),
        ("MSFUNC", moving),
        ("MINVFUNC", inverse),
        ("MSTYPE", moving_state if moving else None),
        ("MSSPACE", moving_space or None),
        ("MFINALFUNC", moving_final),
        ("MFINALFUNC_EXTRA", moving_extra),
        ("MFINALFUNC_MODIFY", _MODIFY[moving_modify] if moving_final and moving_modify != default else None),
        ("MINITCOND", literal(moving_initial) if moving_initial is not None else None),
        ("SORTOP", f"OPERATOR({sort_operator})" if sort_operator else None),
        ("PARALLEL", _PARALLEL.get(parallel)),
        ("HYPOTHETICAL", kind == "h"),
    ]
    body = ",\n    ".join(name if value is True else f"{name} = {value}" for name, value in clauses if value)
    name = qualified(own.schema, own.name[: -len(arguments) - 2])
    return f"CREATE OR REPLACE AGGREGATE {name}({printed or identity or '*'}) (\n    {body}\n)"
