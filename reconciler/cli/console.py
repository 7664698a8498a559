"""The console: the only place that prints, asks or exits.

Text or JSON on standard output, notes and errors on standard error. Whatever leaves here is scrubbed of secrets and
of characters that steer a terminal. A reader that goes away (`| head`) never stops the work that is being reported.
Knows errors and findings by their shape; imports nothing that costs time before it is needed.
"""

from __future__ import annotations

import atexit
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, Any, Final, NoReturn

import click

from ..errors import ERROR, OK, UNSEEN, RefusedError
from .problems import TRACEBACK, Problem, problem_of
from .progress import Progress

if TYPE_CHECKING:
    from ..config.project import Project
    from ..diagnostics import Finding

STYLES: Final = {
    "error": "31", "warning": "33", "note": "36", "good": "32", "strong": "1", "faint": "2",
    "create": "32", "drop": "31", "alter": "33", "rename": "36",
}  # fmt: skip

_STEERING: Final = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{UNSEEN}]")
_OUR_STYLE: Final = re.compile(r"\\x1b\[([0-9]{1,2})m")


class Console:
    """What commands print to; `json`, `color` and `config` are what the user asked for before or after the command."""

    def __init__(self, out: IO[str] | None = None, err: IO[str] | None = None) -> None:
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        self.json = False
        self.color = True
        self.config: Path | None = None
        self.broken = ""
        self._documents = 0
        self._progress = Progress(self._raw_err, _is_terminal(self.err))

    # What commands call.

    def project(self) -> Project:
        """The project that `--config`, RECONCILE_CONFIG or the working directory names."""
        from ..config.project import load_project

        return load_project(file=self.config)

    def print(self, text: str = "") -> None:
        """A line of text for a person; nothing in JSON mode."""
        if not self.json:
            self._write(self.out, text)

    def result(self, value: Any, text: str | Callable[[], str] = "") -> None:
        """The result of a command: `value` as one JSON document in JSON mode, else `text`."""
        if self.json:
            self._documents += 1
            self._write(self.out, _as_json(value, indent=2))
        else:
            shown = text() if callable(text) else text
            if shown:
                self._write(self.out, shown)

    def event(self, value: Any, text: str) -> None:
        """One of a stream of results: a JSON document on one line in JSON mode, else `text`."""
        self._documents += 1
        self._write(self.out, _as_json(value) if self.json else text)

    def note(self, text: str) -> None:
        """A remark on standard error, in either mode."""
        self._write(self.err, text)

    def findings(self, findings: Iterable[Finding]) -> None:
        """The findings, one after the other, as text; for JSON put them into the `result`."""
        for finding in findings:
            self.print(self.shown_finding(finding, self.out))

    def table(self, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
        """The rows as aligned columns under a header."""
        lines = [[str(cell) for cell in row] for row in rows]
        widths = [max(_width(row[i]) for row in [list(header), *lines]) for i in range(len(header))]
        shown = [self.style(_aligned(header, widths), "strong"), *(_aligned(line, widths) for line in lines)]
        return "\n".join(shown)

    def style(self, text: str, style: str, stream: IO[str] | None = None) -> str:
        """The text in a style of STYLES where the stream shows colour."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.colored(stream or self.out) and text else text

    def colored(self, stream: IO[str]) -> bool:
        wanted = self.color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        return wanted and _is_terminal(stream) and not self.json

    def progress(self, label: str) -> Progress:
        """`with console.progress("reading prod") as step: ... step("reading prod: indexes")`, on standard error."""
        return self._progress.labelled(label)

    def confirm(self, question: str) -> bool:
        """Whether a person types yes; refused where nobody can be asked."""
        if self.json or not _is_terminal(sys.stdin) or not _is_terminal(self.err):
            raise RefusedError(question, why="there is no terminal to ask at", next="add --yes to the command")
        self._progress.clear()
        self._raw_err(f"{self._safe(question, self.err)} [y/N] ")
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    # Trouble.

    def failed(self, error: BaseException) -> int:
        """Prints what went wrong, once, and gives the exit code."""
        if os.environ.get(TRACEBACK) and not isinstance(error, click.exceptions.Exit):
            self._write(self.err, "".join(traceback.format_exception(error)).rstrip())
        problem = problem_of(error)
        if self.json:
            document = _as_json({"error": problem.as_dict(), "exitCode": problem.exit_code}, indent=2)
            self._write(self.err if self._documents else self.out, document)
        else:
            self._write(self.err, self._shown_problem(problem))
        return problem.exit_code

    def shown_finding(self, finding: Finding, stream: IO[str]) -> str:
        text = str(finding)
        return text.replace(f"{finding.level}:", self.style(f"{finding.level}:", finding.level, stream), 1)

    def _shown_problem(self, problem: Problem) -> str:
        lines = [f"{problem.where}: {problem.what}" if problem.where else problem.what]
        lines[0] = self.style("error: ", "error", self.err) + lines[0]
        lines += [f"  {name}: {text}" for name, text in problem.details() if text]
        lines += [self.shown_finding(finding, self.err) for finding in problem.findings]
        return "\n".join(lines)

    # Writing.

    def _write(self, stream: IO[str], text: str) -> None:
        self._progress.clear()
        safe = text if self.json and stream is self.out else self._safe(text, stream)
        try:
            stream.write(_encodable(_scrubbed(safe), stream) + "\n")
            stream.flush()
        except BrokenPipeError:
            _silence(stream)
        except OSError as error:
            self.broken = error.strerror or str(error)
            _silence(stream)

    def _safe(self, text: str, stream: IO[str]) -> str:
        """The text with every character that steers a terminal spelled out, except the styles that we set."""
        safe = _STEERING.sub(lambda match: _spelled(match[0]), text)
        if "\\x1b[" not in safe or not self.colored(stream):
            return safe
        return _OUR_STYLE.sub(lambda match: f"\x1b[{match[1]}m" if match[1] in _ALLOWED else match[0], safe)

    def _raw_err(self, text: str) -> None:
        try:
            self.err.write(text)
            self.err.flush()
        except (OSError, ValueError):
            _silence(self.err)


_ALLOWED: Final = frozenset({*STYLES.values(), "0"})


def outcome(console: Console, work: Callable[[], object]) -> int:
    """Does the work and gives the exit code: what it returned, or what went wrong."""
    try:
        code = work()
    except click.exceptions.Exit as leaving:
        code = leaving.exit_code
    except BrokenPipeError:
        _silence(sys.stdout)
        code = ERROR
    except SystemExit:
        raise
    except BaseException as error:  # noqa: BLE001 - the last place that can say something readable
        code = console.failed(error)
    if console.broken:
        console.note(f"error: the output could not be written: {console.broken}")
        return code if isinstance(code, int) and code else ERROR
    return code if isinstance(code, int) else OK


def interruptible() -> None:
    """SIGTERM and SIGHUP stop the work as Ctrl-C does, so that it can leave things in order; ignored ones stay so."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def leave(code: int) -> NoReturn:
    """Ends the process; a standard output that nobody reads any more is no trouble.

    Without taking down every object first: of a large catalog that costs as much as comparing it did.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            _silence(stream)
    os._exit(code)


@contextmanager
def stoppable(patience: float = 10.0) -> Iterator[Callable[[], bool]]:
    """If somebody asked to stop: the first signal asks, so that work ends where it is whole.

    What has not ended after `patience` seconds, or at a second signal, is cancelled: orchestrators kill after thirty.
    """
    asked = False

    def ask(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True
        signal.setitimer(signal.ITIMER_REAL, patience)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
    before = {n: signal.signal(n, ask) for n in numbers}
    try:
        yield lambda: asked
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _silence(stream: IO[str]) -> None:
    """Points the stream at nothing, so that neither we nor the interpreter's exit stumble over it again."""
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    except (OSError, ValueError):
        pass


def _is_terminal(stream: IO[str]) -> bool:
    try:
        return stream.isatty()
    except ValueError:
        return False


def _encodable(text: str, stream: IO[str]) -> str:
    """The text with what the stream's encoding cannot say spelled out."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _spelled(character: str) -> str:
    number = ord(character)
    long = f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    return f"\\x{number:02x}" if number < 256 else long


def _scrubbed(text: str) -> str:
    from ..config.secrets import scrubbed

    return scrubbed(text)


def _as_json(value: Any, indent: int = 0) -> str:
    import msgspec

    encoded = msgspec.json.encode(value, order="sorted", enc_hook=str)
    return msgspec.json.format(encoded, indent=indent).decode() if indent else encoded.decode()


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(c) in "WF" else not unicodedata.combining(c) for c in text)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)]
    return "  ".join(padded).rstrip()
