"""The command line as a process: help at once, options before and after, exit codes, completion, signals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

import reconciler.cli as cli
from reconciler.cli import COMMANDS, command_options
from reconciler.cli.console import Console

ROOT = Path(__file__).parents[3]


def run(*args: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reconciler", *args],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb", **(env or {})},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=30,
    )


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """A command `status` that notes what it was given and returns 2."""
    seen: list[dict[str, object]] = []

    @click.command()
    @click.option("--env", "environment")
    @command_options
    def command(console: Console, environment: str | None) -> int:
        seen.append({"json": console.json, "color": console.color, "config": console.config, "env": environment})
        seen[-1]["cwd"] = Path.cwd()
        console.result({"ok": True}, "fine")
        return 2

    monkeypatch.setattr(cli, "import_module", lambda *_: type("module", (), {"command": command}))
    return seen


def main(*args: str) -> int:
    return cli.main(args)


BEFORE_AND_AFTER: list[tuple[Sequence[str], dict[str, object]]] = [
    (["status"], {"json": False, "color": True, "config": None}),
    (["--json", "status"], {"json": True}),
    (["status", "--json"], {"json": True}),
    (["--no-color", "status"], {"color": False}),
    (["status", "--no-color", "--env", "prod"], {"color": False, "env": "prod"}),
    (["--config", "a.yaml", "status"], {"config": Path("a.yaml")}),
    (["status", "--config=a.yaml"], {"config": Path("a.yaml")}),
    (["--config", "a.yaml", "status", "--config", "b.yaml"], {"config": Path("b.yaml")}),
]


@pytest.mark.parametrize(("args", "seen"), BEFORE_AND_AFTER)
def test_shared_options_stand_before_or_after_the_command(
    probe: list[dict[str, object]], args: Sequence[str], seen: dict[str, object]
) -> None:
    assert main(*args) == 2
    assert probe[0] | seen == probe[0]


def test_a_command_works_in_the_folder_it_is_given(
    probe: list[dict[str, object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    assert main("-C", str(tmp_path), "status") == 2
    assert probe[0]["cwd"] == tmp_path
    assert main("-C", str(tmp_path / "nowhere"), "status") == 1


WRONG = [
    (["plna"], "No command 'plna'. Did you mean plan?"),
    (["xyzzy"], "No command 'xyzzy'."),
    (["--jsno"], "No such option"),
    (["completion", "tcsh"], "'tcsh' is not one of"),
    (["completion"], "Missing argument"),
    (["completion", "bash", "--nope"], "No such option"),
]


@pytest.mark.parametrize(("args", "said"), WRONG)
def test_a_wrong_call_is_an_error_and_not_a_change(
    args: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(*args) == 1
    found = capsys.readouterr()
    assert said in found.err and "next: reconcile" in found.err and found.out == ""


def test_a_wrong_call_in_json_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main("plna", "--json") == 1
    assert json.loads(capsys.readouterr().out)["error"]["what"].startswith("No command")


def test_no_command_prints_the_help_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 1
    assert "Commands:" in capsys.readouterr().err


def test_help_lists_every_command() -> None:
    found = run("--help")
    assert found.returncode == 0 and found.stderr == ""
    assert [line.split()[0] for line in found.stdout.split("Commands:\n")[1].splitlines() if line[2] != " "] == [
        *COMMANDS
    ]


def test_help_imports_nothing_but_click() -> None:
    code = (
        "import sys\nfrom reconciler.cli import main\nassert main(['--help']) == 0\n"
        "heavy = {'yaml', 'msgspec', 'jsonschema', 'sqlalchemy', 'alembic', 'psycopg', 'sqlite3', 'subprocess'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "ours = {m for m in sys.modules if m.startswith('reconciler.')}\n"
        "assert all(m.startswith(('reconciler.cli', 'reconciler.errors')) for m in ours), ours\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_help_costs_at_most_twice_what_click_costs() -> None:
    def cost(*args: str) -> float:
        spent = []
        for _ in range(5):
            before = os.times()
            subprocess.run([sys.executable, *args], cwd=ROOT, check=True, capture_output=True)
            after = os.times()
            spent.append(after.children_user + after.children_system - before.children_user - before.children_system)
        return min(spent)

    # os.times counts in hundredths of a second: one of them is allowed for.
    assert cost("-m", "reconciler", "--help") <= 2 * cost("-c", "import click") + 0.011


def test_the_version() -> None:
    assert run("--version").stdout.startswith("reconcile ")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_for_each_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main("completion", shell) == 0
    script = capsys.readouterr().out
    assert "_RECONCILE_COMPLETE" in script
    assert main("completion", shell, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"shell": shell, "script": script[:-1]}


def test_the_bash_script_is_bash() -> None:
    script = run("completion", "bash").stdout
    assert subprocess.run(["bash", "-n"], input=script, text=True).returncode == 0


@pytest.mark.parametrize(
    ("words", "number", "offered"),
    [("reconcile dr", "1", ["plain,drift"]), ("reconcile completion ", "2", ["plain,bash", "plain,zsh", "plain,fish"])],
)
def test_words_are_completed(words: str, number: str, offered: list[str]) -> None:
    env = {"_RECONCILE_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": number}
    assert run(env=env).stdout.splitlines() == offered


def test_a_command_is_completed_without_importing_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "import_module", lambda *_: pytest.fail("imported"))
    context = click.Context(cli.group, info_name="reconcile")
    assert [item.value for item in cli.group.shell_complete(context, "p")] == ["push", "plan"]


def test_output_into_a_closed_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", "completion", "bash"], stdout=closed, stderr=subprocess.PIPE, cwd=ROOT
        )
    assert done.returncode == 0 and done.stderr == b""


def test_help_into_a_closed_pipe_is_quiet() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", "--help"], stdout=closed, stderr=subprocess.PIPE, cwd=ROOT
        )
    assert done.stderr == b""


def test_a_full_disk_is_an_error() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        done = subprocess.run(
            [sys.executable, "-m", "reconciler", "completion", "bash"], stdout=full, stderr=subprocess.PIPE, cwd=ROOT
        )
    assert done.returncode == 1 and b"No space left" in done.stderr


WAITING = (
    "import time, reconciler.cli as cli, click\n"
    "from reconciler.cli import command_options\n"
    "@click.command()\n"
    "@command_options\n"
    "def command(console):\n"
    "    try:\n"
    "        console.note('ready')\n"
    "        time.sleep(20)\n"
    "    finally:\n"
    "        console.note('left in order')\n"
    "cli.import_module = lambda *_: type('module', (), {'command': command})\n"
    "import sys; sys.argv = ['reconcile', 'run']\n"
    "cli.run()\n"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_interrupts_in_order_with_code_5(number: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", WAITING], cwd=ROOT, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # nohup has it ignored, and we leave that as it is
    )  # fmt: skip
    assert process.stderr is not None and process.stderr.readline() == "ready\n"
    time.sleep(0.05)
    process.send_signal(number)
    rest = process.stderr.read()
    assert process.wait(10) == 5
    assert rest.startswith("left in order\nerror: interrupted\n") and "Traceback" not in rest


def test_every_command_that_is_here_can_be_loaded_and_asked_for_help() -> None:
    folder = Path(cli.__file__).parent
    context = click.Context(cli.group, info_name="reconcile")
    for name in COMMANDS:
        if (folder / f"{cli._MODULES.get(name, name)}.py").exists():
            command = cli.group.get_command(context, name)
            assert command is not None and command.get_short_help_str()
            assert {"--json", "--no-color", "--config"} <= {o for p in command.params for o in p.opts}
