"""A process of its own for what may hang or die: whoever waits for it can go on, give it up, or end it.

Knows nothing of what is done in it. It says one line when it goes over to what must not be cut short, and its answer at
the end. It is in a group of its own, so that who sits at the terminal stops it by way of the one who began it. One that
is left alone, because that one died, ends with what it was doing.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, Pipe, wait
from typing import Final, NoReturn

_GRACE: Final = 5.0
_AT_WORK: Final = b""


class Worker:
    """What `act` returns, made in a child process. `act` is given what to call before it does what must not be cut
    short."""

    def __init__(self, act: Callable[[Callable[[], None]], bytes]) -> None:
        self.begun = time.monotonic()
        self.at_work = False
        """Whether it must not be cut short any more."""
        self.answer: bytes | None = None
        self._ended = self._asked = False
        self._reading, writing = Pipe(duplex=False)
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        self.pid = os.fork()
        if self.pid == 0:
            self._reading.close()
            _act(act, writing)
        writing.close()

    @property
    def took(self) -> float:
        return time.monotonic() - self.begun

    def listened(self) -> bool:
        """Reads what it said by now; whether it is at its end."""
        while not self._ended and self._reading.poll():
            try:
                said = self._reading.recv_bytes()
            except (EOFError, OSError):
                self._left()
            else:
                self.at_work = True
                self.answer = said or None
        return self._ended

    def stop(self, *, again: bool = True) -> None:
        """Asks it to stop where it is whole; who is asked again cancels what it does."""
        if again or not self._asked:
            self._signal(signal.SIGTERM)
        self._asked = True

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        self._left()

    def _signal(self, number: int) -> None:
        if not self._ended:
            os.kill(self.pid, number)

    def _left(self) -> None:
        self._reading.close()
        os.waitpid(self.pid, 0)
        self._ended = True


def heard(workers: Sequence[Worker], seconds: float) -> None:
    """Waits until one of them says something, but not for longer."""
    wait([w._reading for w in workers if not w._ended], timeout=max(0.0, seconds)) if workers else time.sleep(seconds)


def ended(workers: Sequence[Worker]) -> None:
    """Ends them: they are asked, get some seconds for it, are asked again, and then killed."""
    for again in (False, True):
        for worker in workers:
            worker.stop(again=again)
        end = time.monotonic() + _GRACE
        while (left := [w for w in workers if not w.listened()]) and (more := end - time.monotonic()) > 0:
            heard(left, more)
    for worker in workers:
        if not worker.listened():
            worker.kill()


def _act(act: Callable[[Callable[[], None]], bytes], writing: Connection) -> NoReturn:
    code = 1
    try:
        os.setpgid(0, 0)
        writing.send_bytes(act(lambda: writing.send_bytes(_AT_WORK)))
        code = 0
    finally:
        os._exit(code)
