"""A MariaDB server of our own in a folder: made once, started when needed, shared by the processes that use it.

Whoever reaches its socket is root on it; the socket lies in a folder that only its owner may enter, and the server
listens nowhere else. It is tuned to be quick and to lose everything: nothing of value is ever kept in it.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from ...errors import ReconcileError
from ..postgresql import keeper
from ..postgresql.cluster import Cluster, _environment, _give, _serves
from ..postgresql.places import private_folder
from .binaries import ServerPrograms
from .places import socket_url

_PID_FILE: Final = "postmaster.pid"  # where the keeper looks for it
_SETTINGS: Final = {
    "innodb-flush-log-at-trx-commit": "0",
    "innodb-flush-method": "nosync",
    "innodb-doublewrite": "0",
    "innodb-buffer-pool-size": "64M",
    "innodb-log-file-size": "16M",
    "innodb-fast-shutdown": "1",
    "innodb-stats-persistent": "0",
    "sync-frm": "0",
    "aria-pagecache-buffer-size": "8M",
    "key-buffer-size": "1M",
    "table-open-cache": "4000",
    "performance-schema": "0",
    "skip-log-bin": "1",
    "character-set-server": "utf8mb4",
    "collation-server": "utf8mb4_general_ci",
    "log-warnings": "1",
    "max-connections": "100",
    "event-scheduler": "OFF",
    "max-allowed-packet": "64M",
    "use-stat-tables": "never",
}


class MariaServer(Cluster):
    """One server: the programs, in `folder`. `linger` is how many seconds it runs on after its last user has left."""

    def __init__(
        self,
        folder: Path,
        programs: ServerPrograms,
        *,
        linger: float,
        disposable: bool,
        settings: Mapping[str, str] = {},
    ) -> None:
        super().__init__(folder, programs, linger=linger, disposable=disposable, settings=settings)
        self.programs = programs
        self.socket = self._sockets / "mysqld.sock"

    def url(self, database: str = "") -> str:
        return socket_url(str(self.socket), database)

    def _command(self) -> list[str]:
        options = {**_SETTINGS, **self._extra}
        place = {
            "datadir": str(self._data),
            "socket": str(self.socket),
            "pid-file": str(self._data / _PID_FILE),
            "tmpdir": str(self._data),
        }
        return [
            str(self.programs.folder / "mariadbd"),
            "--no-defaults",
            "--skip-networking",
            *(f"--{name}={value}" for name, value in {**place, **options}.items()),
        ]

    def _make(self, identity: Mapping[str, Any]) -> None:
        """The data folder, unless it is there: made beside its place and moved in whole."""
        if (self._data / "mysql").is_dir():
            return
        shutil.rmtree(self._data, ignore_errors=True)
        fresh = self.folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        _give(private_folder(fresh), identity)
        result = self._installed(fresh, identity)
        if result.returncode:
            why = "; ".join((result.stderr.strip() or result.stdout.strip()).splitlines()[-3:])
            raise ReconcileError("cannot make a scratch server", where=str(self.folder), why=why)
        fresh.rename(self._data)

    def _installed(self, data: Path, identity: Mapping[str, Any]) -> subprocess.CompletedProcess[str]:
        command = [str(self.programs.installer), "--no-defaults", f"--datadir={data}", f"--tmpdir={data}"]
        command += ["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"]
        command += ["--innodb-flush-method=nosync", "--innodb-doublewrite=0", "--innodb-log-file-size=16M"]
        return subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=_environment(), cwd="/", **identity
        )

    def _clear_stale(self) -> None:
        """Nothing of a server that crashed, or hangs, stands in the way of a new one."""
        claim = self._data / _PID_FILE
        pid = keeper.first_number(claim)
        if pid and _serves(pid, self._data):
            keeper.stop(pid, seconds=2)
        claim.unlink(missing_ok=True)
        self.socket.unlink(missing_ok=True)

    def _answers(self) -> bool:
        """A server greets whoever connects; one that only begins, or ends, does not."""
        if keeper.server_pid(self._data) is None:
            return False
        with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
            probe.settimeout(2)
            probe.connect(str(self.socket))
            return len(probe.recv(5)) == 5
        return False
