"""What git says, in the working tree or at a ref: the history of revisions and the lockfile beside it."""

from __future__ import annotations

from collections.abc import Container

from ..config.project import LOCKFILE, Environment
from ..config.rules import UNLISTED
from ..errors import ForbiddenError, InputError, ReconcileError, RefusedError
from ..model.codec import digest
from ..sources.revisions import History, Revision, history_of
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


    def edited(self, applied: Container[str]) -> list[Revision]:
        """Of some revisions, those that are not what the lockfile was measured from; line ends aside, which a checkout
        changes."""
        marks = {m.id: m.digest for m in self.lockfile.marks} if self.lockfile is not None else {}
        known = [r for r in self.history.order if r.id in applied and r.id in marks]
        return [r for r in known if marks[r.id] not in (r.digest, digest(r.text.replace(b"\r\n", b"\n")))]


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
    lockfile = Lockfile(path.read_bytes(), str(path)) if path.is_file() else None
    return GitState(history_of(files, home=str(root)), lockfile)


def state_at(ws: Workspace, commit: str) -> GitState:
    """As a commit has it: only ordinary files that are in it, never the working tree."""
    folder = ws.repository.relative(ws.required.migrations)
    files = ws.repository.files(commit, folder)
    lock = files.get(f"{folder}/{LOCKFILE}")
    revisions = {p: t for p, t in files.items() if p.endswith((".py", ".pyc"))}
    lockfile = Lockfile(lock, f"{commit[:12]}:{folder}/{LOCKFILE}") if lock is not None else None
    try:
        history = history_of(revisions)
    except InputError as error:
        where = error.where or f"commit {commit[:12]}"
        raise ForbiddenError(error.what, error.findings, where=where, why=error.why, next=error.next) from error
    return GitState(history, lockfile, commit)


def allowed_state(ws: Workspace, environment: Environment, *, fetch: bool = True) -> GitState:
    """What an environment may be brought to: under `none` the working tree, under `merged` the branch it tracks, under
    `signed` alone the commit that is checked out. Refused for an environment that the trust root does not name."""
    if environment.policy == UNLISTED:
        raise RefusedError(
            f"the trust root says nothing of environment {environment.name}",
            where=str(environment.span),
            why="reconcile.yaml can be changed by any branch, so it cannot add an environment by itself",
            next=f"add {environment.name} to the environments of the policy, as a next version of the trust root",
        )
    if not environment.merged:
        return committed_state(ws) if environment.signed else working_state(ws)
    if environment.remote and fetch:
        return state_at(ws, ws.repository.fetch(environment.remote, environment.branch))
    return state_at(ws, ws.repository.tracked(environment))


def committed_state(ws: Workspace, ref: str = "HEAD") -> GitState:
    """As a commit has it. Refused where the working tree has other revisions than the commit that is checked out."""
    commit = ws.repository.resolve(ref)
    changed = ws.repository.dirty([ws.repository.relative(ws.required.migrations)]) if ref == "HEAD" else []
    if loose := [p for p in changed if p.endswith((".py", ".pyc", LOCKFILE))]:
        raise RefusedError(
            f"{loose[0]} is not as it was committed",
            where=str(ws.repository.root),
            why="changed or untracked; only what is in a commit can be approved and applied",
            next="commit it, or take it away",
        )
    return state_at(ws, commit)


def approved_revisions(ws: Workspace, environment: Environment, working: GitState) -> frozenset[str]:
    """The revisions of the working tree that are where the environment takes them from, with the same bytes; under
    `signed` each of them needs its approvals too."""
    if environment.policy == "none":
        return frozenset(working.history.by_id)
    try:
        own = environment.signed and not environment.merged
        state = state_at(ws, ws.repository.resolve("HEAD")) if own else allowed_state(ws, environment, fetch=False)
        merged = state.history
    except ReconcileError:
        return frozenset()
    return frozenset(i for i, r in merged.by_id.items() if (w := working.history.by_id.get(i)) and w.text == r.text)


def lock_of(ws: Workspace, revision: tuple[str, ...], working: GitState) -> Snapshot | None:
    """The lockfile as it was when the history ended at some revision: in the working tree, or found in git's past."""
    if working.lockfile is not None and set(working.lockfile.heads) == set(revision):
        return working.lock
    found = committed_lock(ws, revision)
    return found[1].snapshot if found is not None else None


def committed_lock(ws: Workspace, revision: tuple[str, ...]) -> tuple[str, Lockfile] | None:
    """The newest commit whose lockfile is that of some revision, and that lockfile; None where git has none."""
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
            return commit.id, found
    return None
