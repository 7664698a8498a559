"""A project in a git repository of its own, worked on through the command line as a user would."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciler import cli


@dataclass
class Project:
    """`reconcile` in a folder: `run` gives the exit status and what `--json` printed."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __post_init__(self) -> None:
        self.monkeypatch.chdir(self.folder)
        self.monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
        for command in (["init", "-q", "-b", "main"], ["config", "user.name", "t"], ["config", "user.email", "t@t.t"]):
            self.git(*command)

    def git(self, *args: str) -> None:
        subprocess.run(["git", *args], cwd=self.folder, check=True, capture_output=True)

    def run(self, *args: str) -> tuple[int, Any]:
        self.capsys.readouterr()
        status = cli.main([*args, "--json"])
        said = self.capsys.readouterr()
        try:
            return status, json.loads(said.out)
        except ValueError:
            return status, f"{said.out}\n{said.err}"

    def must(self, *args: str, status: int = 0) -> Any:
        """What a command printed; fails where it ended otherwise than it should."""
        found, said = self.run(*args)
        assert found == status, f"reconcile {' '.join(args)} ended with {found}, not {status}: {_shown(said)}"
        return said

    def write(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)

    def config(self, dialect: str, desired: str, url: str, more: Sequence[str] = ()) -> None:
        lines = ["apiVersion: reconcile/v1", "kind: Project", "spec:", f"  dialect: {dialect}", f"  desired: {desired}",
                 "  migrations: migrations/", *(f"  {m}" for m in more), "  environments:",
                 f'    dev: {{url: "{url}", policy: none}}', ""]  # fmt: skip
        self.write("reconcile.yaml", "\n".join(lines))

    def conditions(self) -> list[str]:
        """The types of the conditions of the first environment."""
        _, said = self.run("status")
        found = said[0]["conditions"]
        assert not [c for c in found if c["type"] == "Unreachable"], found
        return [c["type"] for c in found]


def _shown(said: Any) -> str:
    text = said if isinstance(said, str) else json.dumps(said, indent=1, ensure_ascii=False)
    return text[-3000:]
