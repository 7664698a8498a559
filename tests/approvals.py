"""A project whose prod takes only what persons signed: their keys, the trust root, and what they do."""

from __future__ import annotations

import copy
import io
import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconciler.cli import main
from reconciler.cli.console import Console
from reconciler.dialects.registry import dialect_of_url
from tests.unit.control.test_story import USERS

NAMESPACES = "git,reconcile-approval-v1,reconcile-trust-v1"
SIGNED = {"threshold": 2, "by": ["dba"]}
PEOPLE = ("alice", "bob", "carol", "dave")


def ssh_keygen(*args: str, given: bytes = b"", **more: Any) -> bytes:
    return subprocess.run(["ssh-keygen", *args], input=given, check=True, capture_output=True, **more).stdout


class Team:
    """A repository with a database for each environment, and persons with ed25519 keys.

    dave writes, and signs his commits; alice, bob and carol are the group `dba`. The trust root is outside.
    """

    def __init__(self, folder: Path, urls: Mapping[str, str], dialect: str) -> None:
        self._placed(folder, urls)
        self.dialect = dialect
        self.refusals: list[str] = []
        self.said: list[str] = []
        for place in (self.folder, self.keys, self.trust / "1"):
            place.mkdir(parents=True)
        for name in (*PEOPLE, "mallory"):
            self.key(name)
        self.environments: dict[str, Any] = {name: {"signed": SIGNED} for name in urls}
        self.write_trust()
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Dave")
        self.git("config", "user.email", "dave@example.com")
        self.git("config", "gpg.format", "ssh")
        self.git("config", "commit.gpgSign", "true")
        self._configured()
        (self.folder / "manifests").mkdir()
        self.write_project()
        self.write("users.yaml", USERS)

    def _placed(self, folder: Path, urls: Mapping[str, str]) -> None:
        self.folder, self.keys, self.trust = folder / "project", folder / "keys", folder / "trust"
        self.urls = dict(urls)

    def _configured(self) -> None:
        self.git("config", "user.signingKey", str(self.keys / "dave"))
        self.git("config", "reconcile.trust", str(self.trust))

    def moved(self, folder: Path, urls: Mapping[str, str]) -> Team:
        """This team in another folder, to which all its files were copied."""
        other = copy.copy(self)
        other._placed(folder, urls)
        other.environments = copy.deepcopy(self.environments)
        other.refusals, other.said = [], []
        other._configured()
        return other

    def variables(self) -> dict[str, str]:
        """The environment variables that reconcile.yaml takes the URLs from."""
        return {f"{name.upper()}_URL": url for name, url in self.urls.items()}

    # Who they are, and what is asked of them.

    def key(self, name: str) -> Path:
        file = self.keys / name
        ssh_keygen("-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(file))
        return file

    def public(self, name: str) -> str:
        return " ".join((self.keys / f"{name}.pub").read_text().split()[:2])

    def signer(self, name: str, options: str = "", key: str = "") -> str:
        return f'{name}@example.com namespaces="{NAMESPACES}"{options} {self.public(key or name)}\n'

    def write_trust(self, *, version: int = 1, signers: str = "", **spec: Any) -> None:
        place = self.trust / str(version)
        place.mkdir(exist_ok=True)
        policy = {
            "apiVersion": "reconcile/v1",
            "kind": "TrustPolicy",
            "spec": {
                "repository": "example/shop",
                "root": {"threshold": 2, "by": ["dba"]},
                "groups": {"dba": [f"{n}@example.com" for n in ("alice", "bob", "carol")]},
                "environments": self.environments,
                **spec,
            },
        }
        (place / "policy.yaml").write_text(json.dumps(policy, indent=1))
        (place / "allowed_signers").write_text(signers or "".join(map(self.signer, PEOPLE)))

    def next_trust(self, *, signers: str = "", revoked: str = "", by: tuple[str, ...] = ("alice", "carol")) -> None:
        """A next version of the trust root, with the signatures of some of the version before."""
        version = max(int(p.name) for p in self.trust.iterdir()) + 1
        self.write_trust(version=version, signers=signers)
        if revoked:
            place = self.trust / str(version) / "revoked_keys"
            ssh_keygen("-k", "-f", str(place), str(self.keys / f"{revoked}.pub"))
        for name in by:
            self.run("trust", "--sign", "--key", str(self.keys / name))

    def write_project(self, **spec: Any) -> None:
        environments = {name: {"url": {"env": f"{name.upper()}_URL"}, "policy": "merged"} for name in self.urls}
        value = {"dialect": self.dialect, "environments": environments, **spec}
        project = {"apiVersion": "reconcile/v1", "kind": "Project", "spec": value}
        (self.folder / "reconcile.yaml").write_text(json.dumps(project, indent=1))

    # What they do.

    def git(self, *args: str) -> str:
        return subprocess.run(["git", *args], cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def commit(self, message: str = "work") -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def write(self, name: str, text: str) -> None:
        (self.folder / "manifests" / name).write_text(text)

    def run(self, *args: str, expect: int = 0) -> str:
        out, err = io.StringIO(), io.StringIO()
        here = Path.cwd()
        os.chdir(self.folder)
        try:
            code = main(args, Console(out, err))
        finally:
            os.chdir(here)
        text = out.getvalue() + err.getvalue()
        self.said.append(text)
        assert code == expect, f"{' '.join(args)} → {code}\n{text}"
        return text

    def json(self, *args: str, expect: int = 0) -> Any:
        return json.loads(self.run(*args, "--json", expect=expect))

    def planned(self, column: str = "", author: str = "dave") -> str:
        """A revision that adds a column to users, committed and signed by its author; gives its id."""
        if column:
            text = (self.folder / "manifests" / "users.yaml").read_text()
            self.write("users.yaml", text.replace("    age: integer", f"    age: integer\n    {column}: integer"))
        self.run("plan", "--write")
        self.git("config", "user.signingKey", str(self.keys / author))
        self.commit(f"plan {column}")
        return str(self.json("history")[-1]["id"])

    def approve(self, *names: str, env: str = "prod", more: tuple[str, ...] = ()) -> None:
        for name in names:
            self.run("approve", "--env", env, "--key", str(self.keys / name), "--yes", *more)

    def refused(self, *more: str, env: str = "prod") -> str:
        """Applies, is refused with exit status 3, and gives what was said; nothing was done."""
        before = self.state(env)
        text = self.run("apply", "--env", env, *more, expect=3)
        assert self.state(env) == before, "refused, and something was done"
        self.refusals.append(reason_of(text))
        return text

    def refused_from_nothing(self, env: str = "prod") -> str:
        """Applies to a database that is not there yet, and is refused."""
        return self.run("apply", "--env", env, expect=3)

    def applied(self, *more: str, env: str = "prod") -> str:
        return self.run("apply", "--env", env, *more)

    def state(self, env: str = "prod") -> list[str]:
        """The columns of the database's own tables, and the version that it is at."""
        with dialect_of_url(self.urls[env]).connect(self.urls[env]) as session:
            dialect = dialect_of_url(self.urls[env])
            from reconciler.apply.versions import current

            found = dialect.inspect(session, dialect_scope())
            return [*current(session, dialect), *sorted(str(a) for a in found)]

    def sql(self, env: str, *statements: str) -> list[tuple[Any, ...]]:
        url = self.urls[env]
        with dialect_of_url(url).connect(url) as session:
            return [row for s in statements for row in session.rows(s)]

    def ledger_table(self) -> str:
        return dialect_of_url(self.urls["prod"]).ledger("ledger")

    def approvals(self, env: str = "prod") -> list[Path]:
        return sorted((self.folder / "approvals" / env).glob("*.approval"))

    def entries(self, env: str = "prod") -> list[dict[str, Any]]:
        return list(self.json("history", "--env", env))


def reason_of(text: str) -> str:
    """What a refusal says first, with the reason why a vote is void, a rule not met, or a line not safe."""
    lines = [line.strip() for line in text.splitlines()]
    void = [line.partition(".approval: ")[2] for line in lines if ".approval: " in line]
    unsafe = [line.partition(": error: ")[2] for line in lines if ": error: " in line]
    counts = [line.removeprefix("why: ") for line in lines if " wrote it " in line or "one more than" in line]
    more = [t for t in (*void, *unsafe, *counts, *(li for li in lines if li.startswith("why: ordinary"))) if t][:1]
    return "; ".join([lines[0].removeprefix("error: "), *more])


def dialect_scope() -> Any:
    from reconciler.dialects.base import Scope

    return Scope()
