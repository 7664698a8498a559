"""A PostgreSQL server of our own in a folder: made once, started when needed, shared by the processes that use it.

The server trusts whoever reaches its socket, which lies in a folder that only its owner may enter; it listens nowhere
else. It is tuned to be quick and to lose everything: nothing of value is ever kept in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from ...errors import BusyError, ReconcileError
from . import keeper
from .binaries import Binaries
from .places import private_folder, reachable, service_identity, temporary_home

PORT: Final = 5432
SUPERUSER: Final = "postgres"
_SOCKET_LIMIT: Final = 100  # bytes; Linux has 107, macOS 103
_PATIENCE: Final = 60.0  # seconds for another process's initdb, or a start
_LOG_LIMIT: Final = 1 << 20
_SETTINGS: Final = {
    "listen_addresses": "",
    "port": str(PORT),
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "jit": "off",
    "max_connections": "100",
    "max_locks_per_transaction": "1024",  # thousands of tables made in one transaction
    "max_worker_processes": "0",
    "max_parallel_workers": "0",
    "shared_buffers": "64MB",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "fatal",  # no statement of anybody's in the log
}
_SETTINGS_SINCE: Final = {18: {"io_method": "sync"}}


class Cluster:
    """One server: `binaries` in `folder`. `linger` is how many seconds it runs on after its last user has left."""

    def __init__(
        self, folder: Path, binaries: Binaries, *, linger: float, disposable: bool, settings: Mapping[str, str] = {}
    ) -> None:
        self.folder = folder.absolute()
        self.binaries = binaries
        self._linger = linger
        self._disposable = disposable
        self._extra = dict(settings)
        self._data = self.folder / "data"
        self._sockets = _socket_folder(self.folder)

    def url(self, database: str = "postgres") -> str:
        """Where a database of this server is reached, while it runs."""
        return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={quote(str(self._sockets))}&port={PORT}"

    @contextmanager
    def running(self) -> Iterator[None]:
        """The server runs at least as long as this is held. Raises ReconcileError where it does not start."""
        users = self._enter()
        try:
            yield
        finally:
            with suppress(OSError, ReconcileError):
                self._ensure_kept()
                os.utime(self.folder / "users")
            os.close(users)

    def stop(self) -> bool:
        """Whether the server is down now: stopped at once, unless another process uses it."""
        with self._gate():
            users = keeper.opened(self.folder / "users")
            try:
                if not keeper.locked(users):
                    return False
                if (pid := keeper.server_pid(self._data)) and self._answers():
                    keeper.stop(pid)
                if self._sockets.parent != self.folder:
                    shutil.rmtree(self._sockets, ignore_errors=True)
                return True
            finally:
                os.close(users)

    def _enter(self) -> int:
        identity = service_identity()
        private_folder(self.folder, traversable=bool(identity))
        with self._gate():
            _give(private_folder(self._sockets), identity)
            users = keeper.opened(self.folder / "users")
            try:
                keeper.locked(users, shared=True, wait=True)
                os.utime(self.folder / "users")
                self._ensure_running(identity)
            except BaseException:
                os.close(users)
                raise
            return users

    @contextmanager
    def _gate(self) -> Iterator[None]:
        gate = keeper.opened(self.folder / "lock")
        try:
            end = time.monotonic() + _PATIENCE
            while not keeper.locked(gate):
                if time.monotonic() > end:
                    raise BusyError("the scratch server is being started by another process", where=str(self.folder))
                time.sleep(0.005)
            yield
        finally:
            os.close(gate)

    def _ensure_running(self, identity: Mapping[str, Any]) -> None:
        """Start the server, or a keeper for one that lost its own; a disposable one that fails is made anew, once."""
        launches, end = 0, time.monotonic() + _PATIENCE
        while True:
            lock = keeper.opened(self.folder / "keeper")
            try:
                if keeper.locked(lock):
                    if launches:
                        self._start_failed(last=launches > 1 or not self._disposable)
                    launches += 1
                    self._launch(lock, identity)
                elif self._answers():
                    return
            finally:
                os.close(lock)
            if time.monotonic() > end:
                self._start_failed(last=True)
            time.sleep(0.005)

    def _ensure_kept(self) -> None:
        """Nobody leaves a server behind whose keeper was killed: it gets another one, to stop it in time."""
        lock = keeper.opened(self.folder / "keeper")
        try:
            if keeper.locked(lock) and self._answers():
                self._launch(lock, service_identity())
        finally:
            os.close(lock)

    def _launch(self, lock: int, identity: Mapping[str, Any]) -> None:
        adopt = keeper.server_pid(self._data) if self._answers() else None
        if not adopt:
            self._clear_stale()
            self._make(identity)
        settings = {
            "folder": str(self.folder),
            "log": str(self.folder / "log"),
            "linger": self._linger,
            "adopt": adopt,
            "keeper_lock": lock,
            "command": self._command(),
            "environment": _environment(),
            "identity": dict(identity),
        }
        with suppress(OSError):
            if (self.folder / "log").stat().st_size > _LOG_LIMIT:
                (self.folder / "log").unlink()
        command = [sys.executable, "-I", "-S", keeper.__file__, json.dumps(settings)]
        nothing = subprocess.DEVNULL
        subprocess.run(
            command, stdin=nothing, stdout=nothing, stderr=nothing, pass_fds=(lock,), env=_environment(), check=True
        )

    def _command(self) -> list[str]:
        settings = {**_SETTINGS, "unix_socket_directories": str(self._sockets)}
        for major, more in _SETTINGS_SINCE.items():
            settings.update(more if self.binaries.major >= major else {})
        settings.update(self._extra)
        command = [str(reachable(self.binaries) / "postgres"), "-D", str(self._data)]
        return command + [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _make(self, identity: Mapping[str, Any]) -> None:
        """The data folder, unless it is there: made beside its place and moved in whole."""
        with suppress(OSError):
            if (self._data / "PG_VERSION").read_text().strip() == str(self.binaries.major):
                return
        shutil.rmtree(self._data, ignore_errors=True)
        fresh = self.folder / "data.new"
        for locale in ("--locale=C.UTF-8", "--no-locale"):  # not every system has C.UTF-8
            shutil.rmtree(fresh, ignore_errors=True)
            _give(private_folder(fresh), identity)
            result = self._initdb(fresh, locale, identity)
            if result.returncode == 0:
                fresh.rename(self._data)
                return
        raise ReconcileError(
            "cannot make a scratch server", where=str(self.folder), why=result.stderr.strip() or result.stdout.strip()
        )

    def _initdb(self, data: Path, locale: str, identity: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
        command = [str(reachable(self.binaries) / "initdb"), "-D", str(data), "-U", SUPERUSER]
        command += ["--encoding=UTF8", locale, "--auth=trust", "--no-sync"]
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=_environment(), cwd="/", **identity
        )

    def _clear_stale(self) -> None:
        """Nothing of a server that crashed, or hangs, stands in the way of a new one."""
        for claim in (self._data / "postmaster.pid", self._sockets / f".s.PGSQL.{PORT}.lock"):
            pid = keeper.first_number(claim)
            if pid and _serves(pid, self._data):
                keeper.stop(pid, seconds=2)
            claim.unlink(missing_ok=True)

    def _answers(self) -> bool:
        if not keeper.is_ready(self._data):
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(str(self._sockets / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def _start_failed(self, *, last: bool) -> None:
        if not last:
            shutil.rmtree(self._data, ignore_errors=True)
            return
        log = self.folder / "log"
        tail = log.read_text(errors="replace").splitlines()[-3:] if log.exists() else []
        raise ReconcileError(
            f"the scratch server did not start: {self.binaries}",
            where=str(self.folder),
            why="; ".join(tail) or "its log is empty",
            next=f"remove {self.folder} and run this again, or name a server for scratch databases",
        )


def _socket_folder(folder: Path) -> Path:
    own = folder / "run"
    if len(os.fsencode(own / f".s.PGSQL.{PORT}")) <= _SOCKET_LIMIT:
        return own
    return temporary_home() / hashlib.sha256(os.fsencode(folder)).hexdigest()[:10]


def _give(folder: Path, identity: Mapping[str, Any]) -> None:
    if identity:
        os.chown(folder, identity["user"], identity["group"])


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _serves(pid: int, data: Path) -> bool:
    """Whether the process is a server on that data folder, and not a later one that was given the same number."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        answer = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, check=False)
        command = answer.stdout
    return os.fsencode(data) in command
