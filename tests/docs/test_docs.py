"""What the documents say: their commands run, their links lead somewhere, their YAML is valid."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cli import COMMANDS
from reconciler.config.policy import read_policy
from reconciler.sources.manifest.load import load_manifests

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
EXIT = re.compile(r"#\s*exit (\d)")


def blocks(page: Path, language: str) -> list[str]:
    return [text for name, text in BLOCK.findall(page.read_text()) if name == language]


def commands(block: str) -> list[str]:
    """The commands of a console block: lines after `$ `, with the lines of a here-document that follow."""
    found: list[str] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append(line[2:])
        elif found:
            found[-1] += "\n" + line
    return found


CONSOLE = [(page, i, text) for page in PAGES for i, text in enumerate(blocks(page, "console"))]


def test_the_readme_has_commands_to_run() -> None:
    assert any(page.name == "README.md" for page, _, _ in CONSOLE)


@pytest.mark.parametrize(("page", "number", "text"), CONSOLE, ids=[f"{p.name}-{i}" for p, i, _ in CONSOLE])
def test_the_commands_run(page: Path, number: int, text: str, tmp_path: Path) -> None:
    bin_folder = tmp_path / "bin"
    bin_folder.mkdir()
    script = bin_folder / "reconcile"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reconciler "$@"\n')
    script.chmod(0o755)
    env = {**os.environ, "PATH": f"{bin_folder}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    folder = tmp_path / "work"
    folder.mkdir()
    for command in commands(text):
        expected = int(found[1]) if (found := EXIT.search(command)) else 0
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True)
        assert done.returncode == expected, f"{page.name}: $ {command}\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(r"`reconcile ([a-z]+)", page.read_text()))
    assert named <= set(COMMANDS), named - set(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_manifests_that_are_shown_are_valid(page: Path) -> None:
    for text in blocks(page, "yaml"):
        if "kind: Project" in text or "apiVersion" not in text:
            continue
        if "kind: TrustPolicy" in text:
            read_policy(text.encode(), page.name, ROOT)
            continue
        found = load_manifests([(page.name, text.encode())])
        missing = [f for f in found.findings if f.level == "error" and "teams" not in f.message]
        assert not missing, missing


def test_make_targets_that_are_named_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for page in PAGES:
        for target in re.findall(r"`make (\w+)", page.read_text()):
            assert re.search(rf"^{target}:", makefile, re.M), f"{page.name}: make {target}"
