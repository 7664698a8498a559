"""Revisions rendered in a process of their own, for code that nobody has approved yet, or that comes from a branch.

It has neither this process's environment nor its connections and secrets, imports project modules from their source and
never from a `__pycache__`, and hands back text. It is no sandbox: it runs as the same user.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..config.secrets import scrubbed
from ..errors import ReconcileError
from ..model.changes import Statement
from ..sources.revisions import Revision
from .rendered import CLEAN, NotRenderable, rendered

_SECONDS: Final = 120.0
_START: Final = (
    "import json, sys; request = json.loads(sys.stdin.buffer.read()); sys.path[:] = request['path']; "
    "from reconciler.emit.apart import answer; answer(request)"
)


def rendered_apart(revisions: Sequence[Revision], dialect: str) -> Mapping[str, list[Statement]]:
    """The statements of the upgrade of each revision, by its id. dialect: SQLAlchemy's name.

    Raises NotRenderable as `rendered` does, ReconcileError where the process dies or takes too long.
    """
    request = {
        "path": [p for p in sys.path if p],
        "dialect": dialect,
        "revisions": [
            {"id": r.id, "path": r.path, "home": r.home, "text": r.text.decode("latin-1")} for r in revisions
        ],
    }
    given = json.dumps(request).encode()
    env = {k: os.environ[k] for k in CLEAN if k in os.environ}
    with tempfile.TemporaryDirectory(prefix="reconcile-") as folder:
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-B", "-c", _START],
                input=given, capture_output=True, cwd=folder, env=env, timeout=_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise ReconcileError(
                f"the revisions took more than {_SECONDS:g} seconds to say their SQL",
                where=", ".join(r.path for r in revisions),
                next="look at what they do beside saying SQL",
            ) from None
    return _read(done, revisions)


def _read(done: subprocess.CompletedProcess[bytes], revisions: Sequence[Revision]) -> dict[str, list[Statement]]:
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        said = scrubbed(os.fsdecode(done.stderr).strip())
        why = said.splitlines()[-1] if said else f"the process ended with exit status {done.returncode}"
        where = ", ".join(r.path for r in revisions)
        raise NotRenderable("the revisions cannot be rendered to SQL", where=where, why=why) from None
    if "error" in found:
        raise NotRenderable(**found["error"])
    return {i: [Statement(sql, transactional=inside) for sql, inside in said] for i, said in found["said"].items()}


def answer(request: Mapping[str, Any]) -> None:
    """The other side: renders, and writes the answer where nothing that a revision prints can get between."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        said = {}
        for r in request["revisions"]:
            revision = Revision(id=r["id"], path=r["path"], home=r["home"], text=r["text"].encode("latin-1"))
            said[r["id"]] = [(s.sql, s.transactional) for s in rendered(revision, request["dialect"])]
        result: dict[str, Any] = {"said": said}
    except NotRenderable as e:
        result = {"error": {"what": e.what, "where": e.where, "why": e.why, "next": e.next}}
    with out:
        json.dump(result, out)
