"""Keeps one scratch server running while somebody uses it, and stops it a while after the last user has left.

A script of the standard library alone, run detached and by itself: `python -I -S keeper.py SETTINGS`. Users are
processes that hold a shared lock on the file `users`; the kernel takes a dead one's lock back, so crashes need no care.

    lock     held exclusively while the server is made, started or stopped
    users    held shared by every user; its time is that of the last arrival or departure
    keeper   held exclusively by the one keeper, from before it starts until the server is down
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

POLL_SECONDS = 0.5


def locked(file: int, *, shared: bool = False, wait: bool = False) -> bool:
    """Whether the open file is locked now; with `wait`, always, however long it takes."""
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def opened(path: Path) -> int:
    """The lock file, made if need be, open for locking; not inherited by children."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def server_pid(data: Path) -> int | None:
    """The pid of the server on that data folder, as it wrote it down; it may be dead."""
    return first_number(data / "postmaster.pid")


def first_number(file: Path) -> int | None:
    """The pid in the first line of a server's lock file; None where there is none, or it is not written yet."""
    try:
        return int(file.read_text().splitlines()[0])
    except (OSError, ValueError, IndexError):
        return None


def is_ready(data: Path) -> bool:
    """Whether the server said that it accepts connections (line 8 of postmaster.pid, since PostgreSQL 10)."""
    try:
        return (data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    except (OSError, IndexError):
        return False


def alive(pid: int) -> bool:
    """Whether the process runs; a child of ours that ended is reaped, one that nobody reaps counts as ended."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):  # gone meanwhile, or a system without /proc, where init reaps
        return not Path("/proc/self").exists()


def stop(pid: int, *, seconds: float = 10.0) -> None:
    """Stop the server: sessions are cut, the files left clean; after `seconds` at once, then by force.

    MariaDB ignores SIGINT; PostgreSQL, which stops at once for it, ignores SIGTERM after it.
    """
    politely = (signal.SIGINT, signal.SIGTERM)
    for numbers, patience in ((politely, seconds), ((signal.SIGQUIT,), 3.0), ((signal.SIGKILL,), 3.0)):
        try:
            for number in numbers:
                os.kill(pid, number)
        except ProcessLookupError:
            return
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if not alive(pid):
                return
            time.sleep(0.003)


def detach() -> None:
    """Leave the caller: an own session, no terminal, no pipe and no folder of theirs held."""
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)


def start(settings: dict[str, Any]) -> int:
    """The pid of the server, started as the given user with its log appended to."""
    log = os.open(settings["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    server = subprocess.Popen(
        settings["command"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=settings["environment"],
        start_new_session=True,
        **settings["identity"],
    )
    os.close(log)
    server.returncode = 0  # reaped by alive(), not by the Popen object
    return server.pid


def watch(pid: int, folder: Path, linger: float) -> None:
    """Return when the server is down: stopped here after `linger` seconds without users, or gone by itself."""
    gate, users = os.open(folder / "lock", os.O_RDWR), os.open(folder / "users", os.O_RDWR)
    idle_since: float | None = None
    while alive(pid):
        if not locked(users):
            idle_since = None
        else:
            idle_since = idle_since or min(time.time(), max(os.fstat(users).st_mtime, time.time() - POLL_SECONDS))
            fcntl.flock(users, fcntl.LOCK_UN)
            if time.time() - idle_since >= linger and _stopped_if_unused(pid, gate, users):
                return
        time.sleep(min(POLL_SECONDS, max(linger / 4, 0.05)))


def _stopped_if_unused(pid: int, gate: int, users: int) -> bool:
    """Under the gate nobody can arrive; the gate opens again when this process is gone."""
    if not locked(gate):
        return False
    if locked(users):
        stop(pid)
        return True
    fcntl.flock(gate, fcntl.LOCK_UN)
    return False


def main() -> None:
    settings = json.loads(sys.argv[1])
    detach()
    pid = settings["adopt"] or start(settings)

    def leave(number: int, frame: FrameType | None) -> None:
        stop(pid)
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    watch(pid, Path(settings["folder"]), settings["linger"])
    os.close(settings["keeper_lock"])


if __name__ == "__main__":
    main()
