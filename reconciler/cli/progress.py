"""One line on a terminal that says what takes so long, once it takes longer than a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final

PATIENCE: Final = 1.0
_TICK: Final = 0.2
_SIGNS: Final = "|/-\\"
_CLEAR: Final = "\r\x1b[2K"


class Progress:
    """A stack of labels and, on a terminal, a thread that shows the newest; on anything else it does nothing."""

    def __init__(self, write: Callable[[str], None], shown: bool) -> None:
        self._write = write
        self._shown = shown
        self._labels: list[str] = []
        self._lock = threading.Lock()
        self._visible = False
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def labelled(self, label: str) -> Progress:
        self._labels.append(label)
        return self

    def __enter__(self) -> Progress:
        if self._shown and self._thread is None:
            self._done = threading.Event()
            self._thread = threading.Thread(target=self._show, args=(self._done,), daemon=True)
            self._thread.start()
        return self

    def __call__(self, label: str) -> None:
        """What is being done now, in place of the newest label."""
        self._labels[-1] = label

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._labels.pop()
        if not self._labels and self._thread is not None:
            self._done.set()
            self._thread.join()
            self._thread = None
            self.clear()

    def clear(self) -> None:
        """Takes the line away, before something else is written."""
        if self._shown:
            with self._lock:
                if self._visible:
                    self._write(_CLEAR)
                    self._visible = False

    def _show(self, done: threading.Event) -> None:
        begun = time.monotonic()
        if done.wait(PATIENCE):
            return
        ticks = 0
        while not done.wait(_TICK):
            label = self._labels[-1] if self._labels else ""
            line = "".join(c if c.isprintable() else "?" for c in label)[:100]
            with self._lock:
                self._write(f"{_CLEAR}{_SIGNS[ticks % 4]} {line} ({time.monotonic() - begun:.0f} s)")
                self._visible = True
            ticks += 1
