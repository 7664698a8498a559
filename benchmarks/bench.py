"""`make bench`: cost of inspection and of a plan beside pg_dump and Alembic's comparison, in one run on one server.

Usage: bench.py [TABLES ...] [--runs N] [--json FILE]. Everything is made in a temporary folder and taken away again.
Alembic's comparison is left out above 1,000 tables unless --all is given: it takes minutes there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

import measure  # noqa: E402
import schema  # noqa: E402

from reconciler.dialects.postgresql.local import LocalServer, server_for_demo  # noqa: E402
from reconciler.dialects.registry import dialect_named  # noqa: E402

RECONCILE = [sys.executable, "-m", "reconciler"]
INSPECT = """
import sys
from reconciler.dialects.base import Scope
from reconciler.dialects.registry import dialect_named
d = dialect_named("postgresql")
with d.connect(sys.argv[1]) as s:
    print(len(d.inspect(s, Scope())))
"""
COMPARE = """
import sys
sys.path.insert(0, ".")
sys.setrecursionlimit(1_000_000)
from sqlalchemy import create_engine
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from models import metadata
with create_engine(sys.argv[1].replace("postgresql://", "postgresql+psycopg://")).connect() as c:
    print(len(compare_metadata(MigrationContext.configure(c, opts={"compare_server_default": False}), metadata)))
"""
CONFIG = """apiVersion: reconcile/v1
kind: Project
spec:
  dialect: postgresql
  desired: manifests/
  migrations: migrations/
  environments:
    dev: {url: {env: BENCH_URL}, policy: none}
"""
CHANGED = 20


def environment(**more: str) -> dict[str, str]:
    """The environment of every command, with bytecode written as an installed package has it."""
    left = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**left, "PYTHONPATH": str(HERE.parent), "NO_COLOR": "1", **more}


def project(folder: Path, url: str, n: int) -> dict[str, str]:
    """A project whose one environment is the database as it stands; gives the environment variables of its commands."""
    env = environment(BENCH_URL=url)
    for command in (["git", "init", "-q"], ["git", "config", "user.email", "bench@example.com"],
                    ["git", "config", "user.name", "bench"]):  # fmt: skip
        measure.run(command, cwd=folder, env=env)
    measure.run([*RECONCILE, "init", "--from", url], cwd=folder, env=env)
    (folder / "reconcile.yaml").write_text(CONFIG)
    (folder / "models.py").write_text(schema.models(n))
    measure.run([*RECONCILE, "apply", "--env", "dev", "--baseline"], cwd=folder, env=env)
    return env


def change(folder: Path) -> Callable[[], None]:
    """20 changes to the manifests (a column in each of 20 tables); gives what takes them back."""
    was = {}
    for path in sorted((folder / "manifests").rglob("t*.yaml"))[:CHANGED]:
        was[path] = path.read_text()
        path.write_text(was[path].replace("  columns:\n", "  columns:\n    extra: {type: text}\n", 1))
    if len(was) < CHANGED:
        sys.exit("the manifests are not where they are looked for")

    def back() -> None:
        for path, text in was.items():
            path.write_text(text)

    return back


def measured(server: LocalServer, n: int, runs: int, slow: bool, folder: Path) -> dict[str, measure.Run]:
    url = server.create_database(f"bench_{n}")
    with dialect_named("postgresql").connect(url) as session, session.transaction():
        for sql in schema.statements(n):
            session.execute(sql)
    with dialect_named("postgresql").connect(url) as session:
        session.execute("ANALYZE")
    env = project(folder, url, n)
    pid = _postmaster(server.folder)
    dump = [str(server.binaries.folder / "pg_dump"), "--schema-only", url]
    def many(command: list[str], memo: bool = True) -> measure.Run:
        once(command, memo)  # what a first run leaves behind for the next: bytecode, the file system's cache, a memo
        return measure.median([once(command, memo) for _ in range(runs)])

    def once(command: list[str], memo: bool) -> measure.Run:
        with tempfile.TemporaryDirectory(prefix="no-memo-") as empty:
            here = env if memo else {**env, "XDG_CACHE_HOME": empty}
            return measure.run(command, cwd=folder, env=here, postmaster=pid, ok=(0, 2))

    plan = [*RECONCILE, "plan"]
    found = {
        "pg_dump --schema-only": many(dump),
        "inspection": many([sys.executable, "-c", INSPECT, url]),
        "plan, unchanged": many(plan),
        "plan, unchanged, no memo": many(plan, memo=False),
    }
    back = change(folder)
    found[f"plan, {CHANGED} changes"] = many(plan)
    found[f"plan, {CHANGED} changes, no memo"] = many(plan, memo=False)
    back()
    if slow:
        found["alembic compare_metadata"] = measure.run(
            [sys.executable, "-c", COMPARE, url], cwd=folder, env=env, postmaster=pid
        )
    server.drop_database(f"bench_{n}")
    return found


def _postmaster(folder: Path) -> int:
    found = sorted(folder.rglob("postmaster.pid"))
    return int(found[0].read_text().split()[0]) if found else 0


def table(n: int, found: dict[str, measure.Run]) -> str:
    base = found["pg_dump --schema-only"]
    head = f"{n} tables".ljust(28) + "".join(
        h.rjust(10) for h in ("wall s", "client s", "server s", "MiB", "x wall", "x cpu")
    )
    lines = [head]
    for label, r in found.items():
        figures = (r.wall, r.client, r.server, r.memory, r.wall / base.wall, r.cpu / base.cpu if base.cpu else 0.0)
        lines.append(label.ljust(28) + "".join(f"{f:10.2f}" for f in figures))
    return "\n".join(lines)


def startup(runs: int, folder: Path) -> str:
    env = environment()

    def many(command: list[str]) -> measure.Run:
        return measure.median([measure.run(command, cwd=folder, env=env) for _ in range(max(runs, 7))])

    ours, theirs = many([*RECONCILE, "--help"]), many([sys.executable, "-c", "import click"])
    return f"reconcile --help {ours.wall:.3f} s, import click {theirs.wall:.3f} s: {ours.wall / theirs.wall:.2f} x"


def reachable(base: Path) -> LocalServer:
    """The server in a folder that somebody else may enter: one that is started by root does not run as root."""
    base.chmod(0o755)
    return server_for_demo(base / "server")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="*", type=int, default=[])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--all", action="store_true", help="Alembic's comparison above 1,000 tables too")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as base, reachable(Path(base)) as server:
        print(f"PostgreSQL {server.binaries.major}, medians of {asked.runs} runs; x: over pg_dump's in the same run")
        print(startup(asked.runs, Path(base)), flush=True)
        for n in asked.tables or [100, 1000, 5000]:
            folder = Path(base) / f"project-{n}"
            folder.mkdir()
            results[n] = measured(server, n, asked.runs, asked.all or n <= 1000, folder)
            print("\n" + table(n, results[n]), flush=True)
    if asked.json:
        shown = {n: {label: vars(r) for label, r in found.items()} for n, found in results.items()}
        asked.json.write_text(json.dumps(shown, indent=1))


if __name__ == "__main__":
    main()
