"""Cost of inspection on SQLite beside SQLAlchemy's bulk reflection of the same tables.

Usage: sqlite_bench.py [TABLES ...] [--runs N]
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from pathlib import Path

import measure
import other_schemas
import reading

HERE = Path(__file__).parent


def measured(n: int, runs: int, folder: Path) -> dict[str, measure.Run]:
    file = folder / f"bench_{n}.db"
    with sqlite3.connect(file) as db:
        for sql in other_schemas.sqlite(n):
            db.execute(sql)
    env = reading.environment(HERE.parent)
    commands = {
        "inspection": reading.ours(f"sqlite:///{file}"),
        **reading.reflection(f"sqlite:///{file}"),
    }
    return {label: reading.many(command, runs, folder, env) for label, command in commands.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="*", type=int, default=[])
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    print(f"SQLite {sqlite3.sqlite_version}, medians of {asked.runs} runs")
    with tempfile.TemporaryDirectory(prefix="bench-") as base:
        for n in asked.tables or [1000]:
            found = measured(n, asked.runs, Path(base))
            print("\n" + reading.table(f"SQLite, {n} tables", found), flush=True)


if __name__ == "__main__":
    main()
