"""No room for what a revision writes: a clean error, nothing claimed, and apply carries on when there is room."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from reconciler.dialects.postgresql.places import service_identity
from reconciler.errors import DatabaseError
from tests.faults.harness import Tell
from tests.faults.mortal import Mortal
from tests.unit.apply.places import Place, history, revision

FILL = """
op.execute("CREATE TABLE big (x BLOB)")
op.execute("INSERT INTO big WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 400) "
           "SELECT zeroblob(4000) FROM r")
"""
FREE_KB = (0, 64, 512, 2048)
"""How much room is left when the revision begins."""


def test_full_database_file(sqlite_url: str, tell: Tell) -> None:
    place = Place("sqlite", sqlite_url)
    first = history(a=revision("a000", 'op.execute("CREATE TABLE t (x INTEGER)")'))
    both = history(a=first.by_id["a000"].text, b=revision("b000", FILL, down="a000"))
    place.apply(first)
    before = place.state()
    with place.session() as session:
        session.execute("PRAGMA max_page_count = 100")
        with pytest.raises(DatabaseError, match="full") as error:
            place.apply(both, session=session)
        assert error.value.where == "versions/b.py: statement 2 of 2"
        assert place.state() == before
        session.execute("PRAGMA max_page_count = 100000")
        assert place.apply(both, session=session).applied == ("b000",)
    assert place.rows("SELECT count(*) FROM big") == [(400,)]
    tell(place, "max_page_count", 1, end="a clean error with its statement, nothing kept; with room again it applies")


class Disk:
    """A file system of 64 MB that the server may write to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        identity = service_identity()
        os.chown(folder, identity.get("user", -1), identity.get("group", -1))

    def fill(self, free_kb: int) -> None:
        """Leaves that much room."""
        left = os.statvfs(self.folder)
        with (self.folder / "ballast").open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, left.f_bavail * left.f_frsize - free_kb * 1024)

    def empty(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)


@pytest.fixture
def disk() -> Iterator[Disk]:
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small file system")
    folder = Path(tempfile.mkdtemp(prefix="reconcile-disk-"))
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=755", "tmpfs", str(folder)], check=False)
    if done.returncode:
        folder.rmdir()
        pytest.skip("no small file system can be mounted here")
    yield Disk(folder)
    subprocess.run(["umount", "-l", str(folder)], check=True)
    folder.rmdir()


ROWS = {
    "postgresql": "INSERT INTO t SELECT i, i FROM generate_series(1, 100000) i",
    "mysql": "INSERT INTO t SELECT seq, seq FROM seq_1_to_60000",
}
HEAVY = {
    "postgresql": """
op.execute("UPDATE k SET n = n + 1")
with op.get_context().autocommit_block():
    op.execute("CREATE INDEX CONCURRENTLY i ON t (n, id)")
op.execute("UPDATE k SET n = n * 10")
op.execute("ALTER TABLE t ALTER n TYPE bigint")
""",
    "mysql": """
op.execute("UPDATE k SET n = n + 1")
op.execute("CREATE INDEX i ON t (n, id)")
op.execute("UPDATE k SET n = n * 10")
op.execute("ALTER TABLE t MODIFY COLUMN n BIGINT, ALGORITHM=COPY")
""",
}
QUERIES = ("SELECT n FROM k", "SELECT count(*), sum(n) FROM t")


def on_disk(mortal: Mortal, disk: Disk, number: int) -> Place:
    """An empty database whose files lie on that disk."""
    place = mortal.place()
    name = urlsplit(place.url).path[1:]
    if mortal.dialect == "postgresql":
        home = disk.folder / f"space_{number}"
        home.mkdir()
        shutil.chown(home, *_owner(disk.folder))
        with mortal.admin() as admin:
            admin.execute(f"CREATE TABLESPACE space_{number} LOCATION '{home}'")
            admin.execute(f"ALTER DATABASE {name} SET TABLESPACE space_{number}")
        return place
    data = mortal.server.folder / "data"
    shutil.move(data / name, disk.folder / name)
    shutil.chown(disk.folder / name, *_owner(disk.folder))
    (data / name).symlink_to(disk.folder / name)
    return place


def _owner(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_uid, status.st_gid


@pytest.mark.faults
def test_full_disk(mortal: Mortal, disk: Disk, tell: Tell) -> None:
    """The journal lies on the same disk; an index that was built in part is gone in the end."""
    dialect = mortal.dialect
    seed = f'op.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)")\nop.execute("{ROWS[dialect]}")\n'
    seed += 'op.execute("CREATE TABLE k (n INTEGER NOT NULL)")\nop.execute("INSERT INTO k VALUES (1)")'
    first = history(a=revision("a000", seed))
    found = history(a=revision("a000", seed), b=revision("b000", HEAVY[dialect], down="a000"))
    with mortal.running():
        alone = mortal.place()
        alone.apply(first)
        alone.apply(found)
        state = alone.state(*QUERIES)
        for number, free in enumerate(FREE_KB):
            place = on_disk(mortal, disk, number)
            place.apply(first)
            disk.fill(free)
            with pytest.raises(DatabaseError) as error:
                place.apply(found)
            assert error.value.exit_code == 1
            assert re.search("full|No space left|No more room", str(error.value)), error.value
            disk.empty()
            assert place.apply(found, wait_seconds=30).applied == ("b000",)
            assert place.state(*QUERIES) == state, f"{free} kB left"
            mortal.drop(place)
        how = f"a file system of 64 MB that holds the database, filled but for {', '.join(map(str, FREE_KB))} kB"
        end = "a clean error (exit 1), nothing claimed; with room again the next apply carries on"
        tell(alone, how, len(FREE_KB), end=end)
