"""Whether what answers is a pooler that lends a server out by the transaction: then nothing of a session lasts.

A server tells a client at the start which process it is; a pooler tells something of its own there. So a process that
is not what was told is a pooler, and only then it is asked how it lends: while a second connection is in a transaction,
either it has the process that the first one had, or the first one has another. In session mode neither ever happens.
Tried with PgBouncer 1.18.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

_TRIES: Final = 4
_PATIENCE: Final = 3.0
"""Seconds. A pool in session mode that has no second server has us wait for one."""
PID: Final = "SELECT pg_catalog.pg_backend_pid()"


def lent(pid: Callable[[], int], beside: Callable[[], Any], run: Callable[[Any, str], Any]) -> str:
    """How it shows that a server is lent out by the transaction; "" where it does not.

    pid: the process behind the first connection, now. beside: opens a second connection of the driver. run: executes a
    statement on it, and gives the first value of the first row, if there is one.
    """
    second: list[Any] = []
    found: list[str] = []

    def look() -> None:
        with suppress(Exception):  # the pool has no second server, or closed while we waited for it
            second.append(beside())
            found.append(_shared(pid, lambda sql: run(second[0], sql)))

    thread = threading.Thread(target=look, daemon=True, name="second connection")
    thread.start()
    thread.join(_PATIENCE)
    for connection in second:
        with suppress(Exception):
            connection.close()
    return found[0] if found else ""


def _shared(pid: Callable[[], int], run: Callable[[str], Any]) -> str:
    for _ in range(_TRIES):
        mine = pid()
        run("BEGIN")
        theirs = int(run(PID))
        if theirs == mine:
            return f"two connections share server process {mine}"
        now = pid()
        run("ROLLBACK")
        if now != mine:
            return f"one statement runs in server process {mine} and the next in {now}"
    return ""
