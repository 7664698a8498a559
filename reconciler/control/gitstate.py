"""What git says, in the working tree or at a ref: the history of revisions and the lockfile beside it."""

from __future__ import annotations

from ..config.project import LOCKFILE, Environment
from ..errors import ReconcileError
from ..sources.revisions import History, history_of
from ..sources.snapshot import Lockfile, Snapshot
from .workspace import Workspace

ATTRIBUTES = ".gitattributes"
MERGED_BY_LINE = b"# Two branches that touch different objects merge.\nschema.lock merge=union\n"
_LIMIT = 100
"""How many versions of the lockfile are looked through for the one of an older revision."""


class GitState:
    """The revisions and the lockfile of one place; `commit` is empty for the working tree."""

    def __init__(self, history: History, lockfile: Lockfile | None, commit: str = "") -> None:
        self.history, self.lockfile, self.commit = history, lockfile, commit

    @property
    def lock(self) -> Snapshot | None:
        """Raises ReconcileError where the lockfile cannot be read."""
        return self.lockfile.snapshot if self.lockfile is not None else None

    @property
    def lock_digest(self) -> str:
        return self.lockfile.digest if self.lockfile is not None else ""

    @property
    def locked_at_head(self) -> bool:
        """Whether there is a lockfile, and it is that of this very history."""
        return self.lockfile is not None and set(self.lockfile.heads) == set(self.history.heads)

    @property
    def at_head(self) -> Snapshot | None:
        """The lockfile where it is that of this very history."""
        return self.lock if self.locked_at_head else None


def working_state(ws: Workspace) -> GitState:
    """As the working tree has it."""
    project = ws.required
    root = project.root
    files: dict[str, bytes] = {}
    if project.migrations.is_dir():
        for path in sorted(project.migrations.rglob("*.py")):
            if "__pycache__" not in path.parts and path.is_file() and not path.is_symlink():
                files[path.relative_to(root).as_posix()] = path.read_bytes()
    path = project.lockfile
    return GitState(history_of(files), Lockfile(path.read_bytes(), str(path)) if path.is_file() else None)


def state_at(ws: Workspace, commit: str) -> GitState:
    """As a commit has it: only ordinary files that are in it, never the working tree."""
    folder = ws.repository.relative(ws.required.migrations)
    files = ws.repository.files(commit, folder)
    lock = files.get(f"{folder}/{LOCKFILE}")
    revisions = {p: t for p, t in files.items() if p.endswith((".py", ".pyc"))}
    lockfile = Lockfile(lock, f"{commit[:12]}:{folder}/{LOCKFILE}") if lock is not None else None
    return GitState(history_of(revisions), lockfile, commit)


def allowed_state(ws: Workspace, environment: Environment, *, fetch: bool = True) -> GitState:
    """What an environment may be brought to: under `none` the working tree, under `merged` the branch it tracks."""
    if environment.policy == "none":
        return working_state(ws)
    if environment.remote and fetch:
        return state_at(ws, ws.repository.fetch(environment.remote, environment.branch))
    return state_at(ws, ws.repository.tracked(environment))


def approved_revisions(ws: Workspace, environment: Environment, working: GitState) -> frozenset[str]:
    """The revisions of the working tree that the environment's policy lets be applied: there with the same bytes."""
    if environment.policy == "none":
        return frozenset(working.history.by_id)
    try:
        merged = allowed_state(ws, environment, fetch=False).history
    except ReconcileError:
        return frozenset()
    return frozenset(i for i, r in merged.by_id.items() if (w := working.history.by_id.get(i)) and w.text == r.text)


def lock_of(ws: Workspace, revision: tuple[str, ...], working: GitState) -> Snapshot | None:
    """The lockfile as it was when the history ended at some revision: in the working tree, or found in git's past."""
    if working.lockfile is not None and set(working.lockfile.heads) == set(revision):
        return working.lock
    if not revision:
        return None
    path = ws.repository.relative(ws.required.lockfile)
    try:
        commits = ws.repository.history(path, limit=_LIMIT)
    except ReconcileError:
        return None  # there is no commit yet
    for commit in commits:
        text = ws.repository.file(commit.id, path)
        if text is None:
            continue
        found = Lockfile(text, f"{commit.id[:12]}:{path}")
        if set(found.heads) == set(revision):
            return found.snapshot
    return None
