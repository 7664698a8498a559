"""`make bench`: cost of inspection and of a plan beside pg_dump and Alembic's comparison, in one run on one server.

Usage: bench.py [TABLES ...] [--real FILE.sql] [--postgresql MAJOR] [--runs N] [--json FILE]. Everything is made in a
temporary folder and taken away again. Each number of tables is measured twice: tables alone, and with objects of many
other kinds beside.
Alembic's comparison is left out above 1,000 tables unless --all is given: it takes minutes there. --real measures a
schema of one's own, too: its import, and a plan of it against itself.

"inspection" is the work alone; "inspection, a process" has the start of Python and the imports in it, as pg_dump's
figures have its own. "peak MiB" is a process's largest resident memory, "above MiB" that less the peak of one which
only imports the driver (and SQLAlchemy and Alembic, for Alembic's comparison): what the work itself takes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import measure
import schema

from reconciler.dialects.postgresql.local import LocalServer, server_for_demo
from reconciler.dialects.registry import dialect_named

HERE = Path(__file__).parent
RECONCILE = [sys.executable, "-m", "reconciler"]
INSPECT = """
import sys, time
from reconciler.dialects.base import Scope
from reconciler.dialects.registry import dialect_named
d = dialect_named("postgresql")
with d.connect(sys.argv[1]) as s:
    began, cpu = time.perf_counter(), time.process_time()
    found = d.inspect(s, Scope())
    print(time.perf_counter() - began, time.process_time() - cpu, len(found))
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
OURS_BARE = "import psycopg"
THEIRS_BARE = "import psycopg, sqlalchemy.dialects.postgresql.psycopg, alembic.autogenerate, alembic.migration"
"""What each imports before it reads anything: the memory above that is what the work takes."""


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


class Place:
    """A database of the server, and a project whose one environment it is."""

    def __init__(self, server: LocalServer, folder: Path, statements: Iterable[str]) -> None:
        self.folder, self.postmaster = folder, _postmaster(server.folder)
        self.url = server.create_database(folder.name)
        with dialect_named("postgresql").connect(self.url) as session, session.transaction():
            for sql in statements:
                session.execute(sql)
        with dialect_named("postgresql").connect(self.url) as session:
            session.execute("ANALYZE")
        self.dump = [str(server.binaries.folder / "pg_dump"), "--schema-only", self.url]
        self.env = environment(BENCH_URL=self.url)

    def run(self, command: Sequence[str], *, memo: bool = True) -> measure.Run:
        with tempfile.TemporaryDirectory(prefix="no-memo-") as empty:
            env = self.env if memo else {**self.env, "XDG_CACHE_HOME": empty}
            return measure.run(command, cwd=self.folder, env=env, postmaster=self.postmaster, ok=(0, 2))

    def inspection(self) -> dict[str, measure.Run]:
        """One run, as a process and as the work alone."""
        whole = self.run([sys.executable, "-c", INSPECT, self.url])
        wall, client, _ = measure.output(self.folder).split()
        return {"inspection": replace(whole, wall=float(wall), client=float(client)), "inspection, a process": whole}

    def changed(self, *, memo: bool) -> measure.Run:
        back = change(self.folder)
        try:
            return self.run(PLAN, memo=memo)
        finally:
            back()


PLAN = [*RECONCILE, "plan"]


def rounds(runs: int, once: Callable[[], dict[str, measure.Run]]) -> dict[str, measure.Run]:
    """The medians of some rounds, in each of which every command runs once: what slows the machine slows them all.

    The first is not counted: it leaves behind bytecode, the file system's cache, and memos.
    """
    once()
    found = [once() for _ in range(runs)]
    return {label: measure.median([f[label] for f in found]) for label in found[0]}


def above_imports(found: dict[str, measure.Run], runs: int, folder: Path) -> dict[str, measure.Run]:
    """The runs, each with the peak of a process that does nothing but import what it works with."""

    def bare(code: str) -> float:
        command = [sys.executable, "-c", code]
        return measure.median([measure.run(command, cwd=folder, env=environment()) for _ in range(runs)]).memory

    ours, theirs = bare(OURS_BARE), bare(THEIRS_BARE)
    base = {"alembic compare_metadata": theirs, "pg_dump --schema-only": 0.0}
    return {label: replace(r, imports=base.get(label, ours)) for label, r in found.items()}


def tables_alone(server: LocalServer, n: int, runs: int, slow: bool, folder: Path) -> dict[str, measure.Run]:
    place = Place(server, folder, schema.statements(n))
    project(folder, place.url, n)
    found = rounds(runs, lambda: {
        "pg_dump --schema-only": place.run(place.dump),
        **place.inspection(),
        "plan, unchanged": place.run(PLAN),
        f"plan, {CHANGED} changes": place.changed(memo=True),
        "plan, unchanged, no memo": place.run(PLAN, memo=False),
        f"plan, {CHANGED} changes, no memo": place.changed(memo=False),
    })  # fmt: skip
    if slow:
        found["alembic compare_metadata"] = place.run([sys.executable, "-c", COMPARE, place.url])
    server.drop_database(folder.name)
    return above_imports(found, runs, folder)


def every_kind(server: LocalServer, n: int, runs: int, folder: Path) -> dict[str, measure.Run]:
    place = Place(server, folder, (*schema.statements(n), *schema.other_kinds(n)))
    found = rounds(runs, lambda: {"pg_dump --schema-only": place.run(place.dump), **place.inspection()})
    server.drop_database(folder.name)
    return above_imports(found, runs, folder)


def real(server: LocalServer, file: Path, runs: int, folder: Path) -> dict[str, measure.Run]:
    """Import of a schema, and a plan of it against itself."""
    place = Place(server, folder, ())
    psql = [str(server.binaries.folder / "psql"), "-qX", "-v", "ON_ERROR_STOP=1", "-f", str(file.resolve()), place.url]
    measure.run(psql, cwd=folder, env=place.env)
    project(folder, place.url, 0)
    found = rounds(runs, lambda: {
        "pg_dump --schema-only": place.run(place.dump),
        **place.inspection(),
        "import": place.run([*RECONCILE, "import", place.url, "--to", tempfile.mkdtemp(dir=folder)]),
        "plan, unchanged": place.run(PLAN),
        "plan, unchanged, no memo": place.run(PLAN, memo=False),
    })  # fmt: skip
    server.drop_database(folder.name)
    return above_imports(found, runs, folder)


def _postmaster(folder: Path) -> int:
    found = sorted(folder.rglob("postmaster.pid"))
    return int(found[0].read_text().split()[0]) if found else 0


def table(title: str, found: dict[str, measure.Run]) -> str:
    base = found["pg_dump --schema-only"]
    head = title.ljust(28) + "".join(
        h.rjust(10) for h in ("wall s", "client s", "server s", "peak MiB", "above MiB", "x wall", "x cpu")
    )
    lines = [head]
    for label, r in found.items():
        ratios = (r.wall / base.wall, r.cpu / base.cpu if base.cpu else 0.0)
        figures = (r.wall, r.client, r.server, r.memory, r.memory - r.imports, *ratios)
        lines.append(label.ljust(28) + "".join(f"{f:10.2f}" for f in figures))
    return "\n".join(lines)


def startup(runs: int, folder: Path) -> str:
    env = environment()

    def many(command: list[str]) -> measure.Run:
        return measure.median([measure.run(command, cwd=folder, env=env) for _ in range(max(runs, 7))])

    ours, theirs = many([*RECONCILE, "--help"]), many([sys.executable, "-c", "import click"])
    return f"reconcile --help {ours.wall:.3f} s, import click {theirs.wall:.3f} s: {ours.wall / theirs.wall:.2f} x"


def reachable(base: Path, major: int | None) -> LocalServer:
    """The server in a folder that somebody else may enter: one that is started by root does not run as root."""
    base.chmod(0o755)
    return server_for_demo(base / "server", major)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="*", type=int, default=[])
    parser.add_argument("--real", nargs="*", type=Path, default=[], metavar="FILE.sql")
    parser.add_argument("--postgresql", type=int, metavar="MAJOR", help="the server's version (default: the newest)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--all", action="store_true", help="Alembic's comparison above 1,000 tables too")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    results = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as base, reachable(Path(base), asked.postgresql) as server:

        def show(title: str, work: Callable[[Path], dict[str, measure.Run]]) -> None:
            folder = Path(base) / "".join(c if c.isalnum() else "_" for c in title)
            folder.mkdir()
            results[title] = work(folder)
            print("\n" + table(title, results[title]), flush=True)

        print(f"PostgreSQL {server.binaries.major}, medians of {asked.runs} runs; x: over pg_dump's in the same run")
        print("peak: the most memory of the process; above: of that, what is above a process which only imports")
        print(f"  ours: {OURS_BARE}; Alembic's: {THEIRS_BARE}; pg_dump: nothing")
        print(startup(asked.runs, Path(base)), flush=True)
        for n in asked.tables or ([] if asked.real else [100, 1000, 5000]):
            slow = asked.all or n <= 1000
            show(f"{n} tables", partial(tables_alone, server, n, asked.runs, slow))
            show(f"{n} tables, every kind", partial(every_kind, server, n, asked.runs))
        for file in asked.real:
            show(file.parent.name + "/" + file.stem, partial(real, server, file, asked.runs))
    if asked.json:
        shown = {title: {label: vars(r) for label, r in found.items()} for title, found in results.items()}
        asked.json.write_text(json.dumps(shown, indent=1))


if __name__ == "__main__":
    main()
