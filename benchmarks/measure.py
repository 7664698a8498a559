"""Whole processes, measured from outside: wall time, CPU time of client and server, peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

OUTPUT = "bench-output.txt"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Run:
    """Seconds and MiB of one run; `code` is its exit status, `imports` the peak of a process that only imports."""

    wall: float
    client: float
    server: float
    memory: float
    code: int
    imports: float = 0.0

    @property
    def cpu(self) -> float:
        return self.client + self.server


def server_cpu(postmaster: int) -> float:
    """CPU seconds of a server so far, its ended children included (/proc/PID/stat); 0 where there is no /proc."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        own = int(stat.parent.name) == postmaster
        if own or int(fields[1]) == postmaster:
            total += sum(int(f) for f in fields[11 : 15 if own else 13])
    return total / TICK


def run(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], postmaster: int = 0, ok: Sequence[int] = (0,)
) -> Run:
    """One run of a command; raises SystemExit with its output where its exit status is not among `ok`."""
    log = cwd / OUTPUT
    before = server_cpu(postmaster) if postmaster else 0.0
    with log.open("wb") as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, cwd=cwd, env=dict(env), stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ok:
        sys.exit(f"{' '.join(command)} exited with {process.returncode}:\n{log.read_text(errors='replace')[-3000:]}")
    time.sleep(0.15)  # the server's process that served it ends, and its CPU time is added to the postmaster's
    after = server_cpu(postmaster) if postmaster else 0.0
    scale = 1024 if sys.platform != "darwin" else 1024 * 1024
    return Run(
        wall, usage.ru_utime + usage.ru_stime, max(after - before, 0.0), usage.ru_maxrss / scale, process.returncode
    )


def output(cwd: Path) -> str:
    """What the last command that ran in a folder printed."""
    return (cwd / OUTPUT).read_text(errors="replace")


def median(runs: Sequence[Run]) -> Run:
    """The runs' medians, figure by figure."""
    middle = lambda f: statistics.median(getattr(r, f) for r in runs)  # noqa: E731
    return Run(middle("wall"), middle("client"), middle("server"), middle("memory"), runs[0].code)
