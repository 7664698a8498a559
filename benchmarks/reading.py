"""What reads a whole schema: our inspection, and SQLAlchemy's bulk reflection; each a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import measure

INSPECT = """
import sys
from reconciler.dialects.base import Scope
from reconciler.dialects.registry import dialect_of_url
with dialect_of_url(sys.argv[1]).connect(sys.argv[1]) as s:
    print(len(dialect_of_url(sys.argv[1]).inspect(s, Scope())))
"""
BULK = """
import sys
from sqlalchemy import create_engine, inspect
from sqlalchemy.engine.reflection import ObjectKind
with create_engine(sys.argv[1]).connect() as c:
    i = inspect(c)
    found = [i.get_multi_columns(kind=ObjectKind.ANY), i.get_multi_pk_constraint(), i.get_multi_foreign_keys(),
             i.get_multi_indexes(), i.get_multi_unique_constraints(), i.get_multi_check_constraints(),
             i.get_multi_table_options()]
    views = [i.get_view_definition(name) for name in i.get_view_names()]
    print(sum(map(len, found)) + len(views))
"""


REFLECT = """
import sys
from sqlalchemy import MetaData, create_engine
found = MetaData()
with create_engine(sys.argv[1]).connect() as c:
    found.reflect(c, views=True)
print(len(found.tables))
"""


def ours(url: str) -> list[str]:
    return [sys.executable, "-c", INSPECT, url]


def reflection(url: str) -> dict[str, list[str]]:
    """Both ways in which SQLAlchemy reads in bulk: rows of its Inspector, and whole MetaData."""
    return {
        "SQLAlchemy, get_multi_*": [sys.executable, "-c", BULK, url],
        "SQLAlchemy, MetaData.reflect": [sys.executable, "-c", REFLECT, url],
    }


def environment(root: Path) -> dict[str, str]:
    """The environment of every command, with bytecode written as an installed package has it."""
    left = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**left, "PYTHONPATH": str(root), "NO_COLOR": "1"}


def many(command: list[str], runs: int, folder: Path, env: Mapping[str, str], server: int = 0) -> measure.Run:
    measure.run(command, cwd=folder, env=env, postmaster=server)  # what a first run leaves behind for the next
    return measure.median([measure.run(command, cwd=folder, env=env, postmaster=server) for _ in range(runs)])


def table(title: str, found: Mapping[str, measure.Run]) -> str:
    """The figures, with our CPU time (client and server) as a part of each other's."""
    own = found["inspection"].cpu
    heads = ("wall s", "client s", "server s", "MiB", "ours/x cpu")
    lines = [title.ljust(30) + "".join(h.rjust(12) for h in heads)]
    for label, r in found.items():
        figures = (r.wall, r.client, r.server, r.memory, own / r.cpu if r.cpu else 0.0)
        lines.append(label.ljust(30) + "".join(f"{f:12.2f}" for f in figures))
    return "\n".join(lines)
