"""`make demo`: three databases follow a git repository. Everything happens in a temporary folder and is taken away."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from reconciler.dialects.postgresql.local import server_for_demo

ROOT = Path(__file__).resolve().parent.parent
TTY = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
CONFIG = """apiVersion: reconcile/v1
kind: Project
spec:
  dialect: postgresql
  desired: manifests/
  migrations: migrations/
  environments:
    dev: {url: {env: DEV_URL}, policy: none}
    staging: {url: {env: STAGING_URL}, policy: merged, branch: staging}
    prod: {url: {env: PROD_URL}, policy: merged, branch: main}
"""


class Story:
    """Commands as a user would type them, with what they print, shortened where it is long."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder, self.env = folder, env

    def chapter(self, text: str) -> None:
        print(f"\n\x1b[1m## {text}\x1b[0m" if TTY else f"\n## {text}", flush=True)

    def run(self, command: str, *, expect: int = 0, show: str = "", quiet: bool = False) -> str:
        """Runs one command line; `show` keeps the lines that match. Another exit status than expected ends the demo."""
        words = command.replace("reconcile ", f"{sys.executable} -m reconciler ")
        done = subprocess.run(["sh", "-c", words], cwd=self.folder, env=self.env, capture_output=True, text=True)
        text = (done.stdout + done.stderr).rstrip()
        if done.returncode != expect:
            sys.exit(f"$ {command}\n{text}\nthe demo expected exit status {expect}, this was {done.returncode}")
        if not quiet:
            status = f"   # exit {done.returncode}" if done.returncode else ""
            print(f"\x1b[32m$ {command}\x1b[0m{status}" if TTY else f"$ {command}{status}")
            lines = [line for line in text.splitlines() if line.strip() and (not show or re.search(show, line))]
            print("\n".join(f"  {line}" for line in lines), flush=True)
        return text

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.folder / path
        text = file.read_text()
        if old not in text:
            sys.exit(f"{path} is not what the demo expects")
        file.write_text(text.replace(old, new, 1))
        added = next(line for line in new.splitlines() if line not in old.splitlines())
        print(f"  (edit {path}: add `{added.strip()}`)")


def tell(story: Story) -> None:
    story.chapter("A repository with manifests, and three empty databases")
    story.run("git add -A && git commit -qm 'the schema we want' && git branch staging", quiet=True)
    story.run("reconcile plan --write", show=r"^(Plan|  ?\+|wrote|\d+ to)")
    story.run("git add -A && git commit -qm 'first revision' && git branch -f staging", quiet=True)
    for name in ("dev", "staging", "prod"):
        story.run(f"reconcile apply --env {name}", show="applied|live")

    story.chapter("A change of a manifest becomes a revision on a branch")
    story.edit(
        "manifests/shop/tables/customers.yaml", "    full_name:", "    phone: {type: varchar(40)}\n    full_name:"
    )
    story.run("reconcile plan --branch add-phone")
    story.run("git checkout -q -- manifests && git show --stat --format='%h %s' add-phone", show=r"\|| phone|customers")

    story.chapter("Merged to staging it may be applied there; prod waits for main")
    story.run("git checkout -q staging && git merge -q --no-edit add-phone && git checkout -q main", quiet=True)
    story.run("reconcile apply --env staging", show="applied|live")
    story.run("git checkout -q add-phone && reconcile apply --env prod", expect=3)
    story.run("git checkout -q main", quiet=True)
    story.run("git merge -q --no-edit add-phone", quiet=True)
    story.run("reconcile apply --env prod", show="applied|live")
    story.run("reconcile status --env prod")

    story.chapter("Somebody adds a column by hand: shown, then adopted into git")
    hand(story)
    story.run("reconcile drift --env prod", expect=2)
    story.run("reconcile drift --env prod --adopt")
    story.run("git diff --stat -- manifests", show=r"\|")


def hand(story: Story) -> None:
    """The change behind everybody's back."""
    from reconciler.dialects.registry import dialect_named

    sql = "ALTER TABLE shop.customers ADD COLUMN vip boolean NOT NULL DEFAULT false"
    with dialect_named("postgresql").connect(story.env["PROD_URL"]) as session:
        session.execute(sql)
    print(f"  (on prod: {sql})")


def main() -> None:
    base = Path(tempfile.mkdtemp(prefix="reconcile-demo-"))
    base.chmod(0o755)  # a server that is started by root runs as somebody else
    try:
        with server_for_demo(base / "pg") as server:
            env = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "GIT_CONFIG_GLOBAL": os.devnull}
            for name in ("dev", "staging", "prod"):
                env[f"{name.upper()}_URL"] = server.create_database(name)
            folder = base / "shop"
            shutil.copytree(ROOT / "manifests", folder / "manifests")
            story = Story(folder, env)
            story.run(
                "git init -q -b main && git config user.name demo && git config user.email demo@example.com", quiet=True
            )
            story.run("reconcile init", quiet=True)
            (folder / "reconcile.yaml").write_text(CONFIG)
            print(f"PostgreSQL {server.binaries.major}, three databases; project in a temporary folder")
            tell(story)
    finally:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    main()
