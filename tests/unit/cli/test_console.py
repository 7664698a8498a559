"""What is printed is safe, what goes wrong has one exit code, and a reader that goes away stops nothing."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from typing import Any

import click
import pytest

from reconciler.cli import console as console_module
from reconciler.cli.console import Console, outcome
from reconciler.config import secrets
from reconciler.diagnostics import Finding, Span
from reconciler.errors import (
    BusyError,
    DatabaseError,
    InputError,
    InterruptedRunError,
    ReconcileError,
    RefusedError,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Broken(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


class Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    secrets.forget()
    yield
    secrets.forget()


def pair(out: io.StringIO | None = None, err: io.StringIO | None = None, **how: Any) -> Console:
    console = Console(out or io.StringIO(), err or io.StringIO())
    for name, value in how.items():
        setattr(console, name, value)
    return console


def raised(error: BaseException, **how: Any) -> tuple[int, str, str]:
    def work() -> None:
        raise error

    console = pair(**how)
    code = outcome(console, work)
    return code, console.out.getvalue(), console.err.getvalue()  # type: ignore[attr-defined]


CODES = [
    (ReconcileError("x"), 1), (InputError("x"), 1), (DatabaseError("x"), 1), (RefusedError("x"), 3),
    (BusyError("x"), 4), (InterruptedRunError("x"), 5), (KeyboardInterrupt(), 5), (click.Abort(), 5),
    (click.UsageError("x"), 1), (click.ClickException("x"), 1), (click.exceptions.Exit(2), 2),
    (click.exceptions.Exit(0), 0), (ValueError("x"), 1), (RecursionError(), 1), (MemoryError(), 1),
    (OSError(2, "x"), 1),
]  # fmt: skip


@pytest.mark.parametrize(("error", "code"), CODES)
def test_every_trouble_has_its_exit_code(error: BaseException, code: int) -> None:
    assert raised(error)[0] == code


@pytest.mark.parametrize(("result", "code"), [(None, 0), (0, 0), (2, 2), (True, 1), ("x", 0)])
def test_what_a_command_returns_is_the_exit_code(result: object, code: int) -> None:
    assert outcome(pair(), lambda: result) == code


def test_an_error_says_what_where_why_and_what_to_type() -> None:
    error = DatabaseError("no such table", where="prod", why="it was dropped", next="reconcile drift", code="42P01")
    _, out, err = raised(error)
    assert out == ""
    assert err == "error: prod: no such table\n  why: it was dropped\n  code: 42P01\n  next: reconcile drift\n"


def test_an_error_prints_all_its_findings() -> None:
    finding = Finding(rule="r", message="m", span=Span("a.yaml", 3, 4), next="n")
    _, _, err = raised(InputError("wrong", [finding]))
    assert err == "error: wrong\na.yaml:3:4: error: m [r]\n    next: n\n"


def test_in_json_an_error_is_one_document() -> None:
    finding = Finding(rule="r", message="m", span=Span("a.yaml", 3, 4))
    code, out, err = raised(InputError("wrong", [finding], next="n"), json=True)
    document = json.loads(out)
    assert (code, err) == (1, "")
    assert document["exitCode"] == 1 and document["error"]["what"] == "wrong" and document["error"]["next"] == "n"
    assert document["error"]["findings"][0]["span"] == {"file": "a.yaml", "line": 3, "column": 4}


def test_in_json_an_error_after_a_result_does_not_spoil_it() -> None:
    console = pair(json=True)

    def work() -> None:
        console.result({"a": 1}, "a")
        raise RefusedError("no")

    assert outcome(console, work) == 3
    assert json.loads(console.out.getvalue()) == {"a": 1}  # type: ignore[attr-defined]
    assert json.loads(console.err.getvalue())["error"]["what"] == "no"  # type: ignore[attr-defined]


def test_a_fault_of_ours_is_short_and_says_how_to_see_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECONCILE_TRACEBACK", raising=False)
    _, _, err = raised(KeyError("x"))
    assert err.startswith("error: unexpected KeyError: 'x'\n  why: this is a fault of reconcile, at test_console.py:")
    assert "RECONCILE_TRACEBACK=1" in err and "Traceback" not in err


def test_the_traceback_is_shown_when_asked_for_and_scrubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECONCILE_TRACEBACK", "1")
    secrets.remember("canary9-secret")
    _, _, err = raised(ValueError("password canary9-secret is wrong"))
    assert "Traceback" in err and "canary9" not in err and "***" in err


@pytest.mark.parametrize("json_mode", [False, True])
def test_no_secret_is_printed(json_mode: bool) -> None:
    secrets.remember_url("postgresql://ada:canary9-secret@h/db")
    console = pair(json=json_mode)
    console.print("canary9-secret")
    console.note("canary9-secret")
    console.result({"url": "postgresql://ada:canary9-secret@h/db"}, "canary9-secret")
    console.event({"x": "canary9-secret"}, "canary9-secret")
    console.failed(ReconcileError("canary9-secret", why="canary9-secret"))
    assert "canary9" not in console.out.getvalue() + console.err.getvalue()  # type: ignore[attr-defined]


def test_a_secret_that_json_escapes_is_not_printed_either() -> None:
    secrets.remember_url('postgresql://ada:can"ary\\9x@h/db')
    console = pair(json=True)
    console.result({"message": 'wrong: can"ary\\9x'}, "")
    assert "ary" not in console.out.getvalue()  # type: ignore[attr-defined]


STEERING = ["\x1b[2J", "\x1b]0;title\x07", "\r", "\x08", "\u202e", "\u2066", "\x9b31m", "\x00", "\u2028"]


@pytest.mark.parametrize("text", STEERING)
@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_what_steers_a_terminal_is_spelled_out(text: str, stream: type[io.StringIO]) -> None:
    console = pair(stream(), stream())
    console.print(f"name {text} end")
    assert text not in console.out.getvalue() and "name \\" in console.out.getvalue()  # type: ignore[attr-defined]


def test_colour_only_on_a_terminal() -> None:
    assert pair().style("x", "error") == "x"
    console = pair(Terminal(), Terminal())
    console.print(console.style("x", "error"))
    assert console.out.getvalue() == "\x1b[31mx\x1b[0m\n"  # type: ignore[attr-defined]


@pytest.mark.parametrize("how", ["NO_COLOR", "TERM", "color", "json"])
def test_colour_can_be_refused(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    console = pair(Terminal(), Terminal())
    if how.isupper():
        monkeypatch.setenv(how, "dumb")
    else:
        setattr(console, how, how == "json")
    assert console.style("x", "error") == "x"


def test_text_is_for_text_mode_and_a_result_for_both() -> None:
    console = pair()
    console.print("hello")
    console.result({"b": 1, "a": [2]}, lambda: "shown")
    assert console.out.getvalue() == "hello\nshown\n"  # type: ignore[attr-defined]
    console = pair(json=True)
    console.print("hello")
    console.result({"b": 1, "a": [2]}, lambda: pytest.fail("not asked"))
    assert json.loads(console.out.getvalue()) == {"a": [2], "b": 1}  # type: ignore[attr-defined]


def test_events_are_a_line_each() -> None:
    console = pair(json=True)
    console.event({"n": 1}, "one")
    console.event({"n": 2}, "two")
    assert [json.loads(line) for line in console.out.getvalue().splitlines()] == [{"n": 1}, {"n": 2}]  # type: ignore[attr-defined]


def test_a_table_is_aligned_also_with_wide_characters() -> None:
    rows = [["users", 3], ["漢字", 10], ["a", ""]]
    assert pair().table(["name", "n"], rows) == "name   n\nusers  3\n漢字   10\na"
    assert pair().table(["name"], []) == "name"


def test_a_reader_that_goes_away_stops_nothing() -> None:
    done = []
    console = pair(Broken())

    def work() -> None:
        console.print("x")
        console.result({}, "x")
        done.append(True)

    assert outcome(console, work) == 0 and done


def test_output_that_cannot_be_written_is_an_error_after_the_work() -> None:
    done = []
    console = pair(Full())

    def work() -> None:
        console.print("x")
        done.append(True)

    assert outcome(console, work) == 1 and done
    assert "No space left" in console.err.getvalue()  # type: ignore[attr-defined]


def test_a_stream_that_cannot_say_a_character_spells_it() -> None:
    raw = io.BytesIO()
    console = Console(io.TextIOWrapper(raw, encoding="ascii"), io.StringIO())
    console.print("späce 漢 \udcff")
    assert raw.getvalue() == b"sp\\xe4ce \\u6f22 \\udcff\n"


def test_nobody_is_asked_where_there_is_no_terminal() -> None:
    with pytest.raises(RefusedError) as caught:
        pair().confirm("Apply?")
    assert "--yes" in caught.value.next


@pytest.mark.parametrize(("typed", "yes"), [("y\n", True), ("YES\n", True), ("\n", False), ("n\n", False), ("", False)])
def test_a_person_is_asked(typed: str, yes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(typed))
    console = pair(Terminal(), Terminal())
    assert console.confirm("Apply?") is yes
    assert console.err.getvalue() == "Apply? [y/N] "  # type: ignore[attr-defined]


def test_progress_shows_after_a_while_on_a_terminal_and_goes_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.cli.progress.PATIENCE", 0.05)
    monkeypatch.setattr("reconciler.cli.progress._TICK", 0.01)
    console = pair(Terminal(), Terminal())
    with console.progress("reading") as step:
        time.sleep(0.15)
        step("reading indexes\x1b[2J")
        time.sleep(0.1)
    shown = console.err.getvalue()  # type: ignore[attr-defined]
    assert "reading (" in shown and "reading indexes?[2J (" in shown and shown.endswith("\r\x1b[2K")
    assert console.out.getvalue() == ""  # type: ignore[attr-defined]


def test_progress_of_quick_work_or_without_a_terminal_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = pair(Terminal(), Terminal())
    with quick.progress("a"), quick.progress("b"):
        pass
    monkeypatch.setattr("reconciler.cli.progress.PATIENCE", 0.0)
    file = pair()
    with file.progress("a"):
        time.sleep(0.02)
    assert quick.err.getvalue() == file.err.getvalue() == ""  # type: ignore[attr-defined]


def test_progress_within_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    console = pair(Terminal(), Terminal())
    with console.progress("outer"):
        with console.progress("inner") as step:
            step("still inner")
        assert console._progress._labels == ["outer"]
    assert console._progress._thread is None


def test_findings_are_printed_with_their_level_in_colour() -> None:
    console = pair(Terminal())
    console.findings([Finding(rule="r", message="m", level="warning")])
    assert console.out.getvalue() == "\x1b[33mwarning:\x1b[0m m [r]\n"  # type: ignore[attr-defined]


def test_the_project_is_the_one_that_config_names(tmp_path: Any) -> None:
    file = tmp_path / "other.yaml"
    file.write_text("apiVersion: reconcile/v1\nkind: Project\nspec: {dialect: sqlite}\n")
    assert pair(config=file).project().file == file


def test_nothing_else_prints_or_exits() -> None:
    import ast
    from pathlib import Path

    root = Path(console_module.__file__).parents[1]
    guilty = []
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in ("print", "click.echo", "click.secho", "sys.exit", "exit") and path.name != "console.py":
                guilty.append(f"{path.relative_to(root)}:{node.lineno}: {called}")  # type: ignore[attr-defined]
    assert guilty == []
