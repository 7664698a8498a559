"""Who acts, for the ledger: what CI or git says, for people to read; nothing is decided by it."""

from __future__ import annotations

import getpass
import os

from ..errors import ReconcileError
from ..review.git import git, lines
from .workspace import Workspace


def actor(ws: Workspace) -> str:
    """The name of whoever runs this: RECONCILE_ACTOR, the CI job's user, git's user, or the account."""
    for variable in ("RECONCILE_ACTOR", "GITHUB_ACTOR", "GITLAB_USER_LOGIN"):
        if found := os.environ.get(variable):
            return found
    if ws.project is not None:
        try:
            name = [*lines(git(ws.project.root, "config", "user.name")), ""]
            mail = [*lines(git(ws.project.root, "config", "user.email")), ""]
            if name[0]:
                return f"{name[0]} <{mail[0]}>" if mail[0] else name[0]
        except ReconcileError:
            pass
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
