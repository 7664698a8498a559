"""A commit on a branch, made beside the user's work: no working tree, index or HEAD is touched."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Final

from ..errors import BusyError, RefusedError
from .git import GitError, git, lines
from .repository import Repository

TRAILER: Final = "Reconcile-Plan"


def commit_on_branch(
    repository: Repository,
    branch: str,
    files: Mapping[str, bytes],
    message: str,
    *,
    deletions: Collection[str] = (),
    base: str | None = None,
) -> str:
    """The commit that has `base` (default: HEAD) with these files on a branch of ours, and the branch set to it.

    Its trailer holds the digest of what it changes. A branch that exists is moved where that loses nothing but
    commits of ours that nobody edited; else it is refused. The same files on the same base give the commit that is
    there already; files that change nothing leave the branch alone and give the base.
    """
    ref = _branch_ref(repository, branch)
    parent = repository.resolve(base or "HEAD")
    tip = repository.tip(ref)
    tree = _tree(repository, parent, files, deletions)
    if tree == _tree_of(repository, parent):
        return parent
    if tip is not None:
        if _parents(repository, tip) == [parent] and _tree_of(repository, tip) == tree:
            return tip
        _refuse_loss(repository, branch, parent, tip)
    _refuse_checked_out(repository, branch, ref)
    commit = _commit(repository, tree, parent, message)
    _move(repository, ref, commit, tip)
    return commit


def change_digest(repository: Repository, parent: str, tree: str) -> str:
    """What a commit changes, as one digest: mode, blob and path of every file it adds, edits or removes."""
    changes = git(repository.root, "diff-tree", "-r", "-z", "--no-renames", "--no-abbrev", parent, tree)
    return hashlib.sha256(changes).hexdigest()


def is_ours(repository: Repository, commit: str) -> bool:
    """Whether the commit carries our trailer and changes exactly what we made it change."""
    form = f"--format=%(trailers:key={TRAILER},valueonly,separator=%x2C)"
    said = lines(git(repository.root, "show", "--no-patch", "--no-show-signature", form, commit))
    parents = _parents(repository, commit)
    return len(parents) == 1 and said == [change_digest(repository, parents[0], commit)]


def _branch_ref(repository: Repository, branch: str) -> str:
    try:
        git(repository.root, "check-ref-format", f"refs/heads/{branch}")
    except GitError:
        raise RefusedError(f"{branch!r} is no name of a branch", next="use letters, digits, - and /") from None
    if branch.startswith("-") or branch == "HEAD":
        raise RefusedError(f"{branch!r} is no name of a branch", next="use letters, digits, - and /")
    return f"refs/heads/{branch}"


def _tree(repository: Repository, parent: str, files: Mapping[str, bytes], deletions: Collection[str]) -> str:
    """The tree of `parent` with these files, written through an index of its own."""
    for path in (*files, *deletions):
        parts = PurePosixPath(path).parts
        if PurePosixPath(path).is_absolute() or ".." in parts or ".git" in map(str.lower, parts):
            raise RefusedError(f"{path!r} leaves the repository", where=str(repository.root))
    with tempfile.TemporaryDirectory(prefix="reconcile-") as folder:
        env = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        git(repository.root, "read-tree", parent, env=env)
        entries = [f"0 {'0' * len(parent)}\t{path}" for path in sorted(deletions)]
        entries += [f"100644 {_written(repository, files[path])}\t{path}" for path in sorted(files)]
        given = os.fsencode("".join(f"{entry}\0" for entry in entries))
        git(repository.root, "update-index", "-z", "--index-info", given=given, env=env)
        tree = lines(git(repository.root, "write-tree", env=env))[0]
    changed = lines(git(repository.root, "diff-tree", "-r", "-z", "--name-only", "--no-renames", parent, tree), b"\0")
    for path in sorted(set(changed) - {*files, *deletions}):
        why = "one of the new files needs a folder of that name"
        raise RefusedError(f"{path} would be lost", where=str(repository.root), why=why, next="move it away")
    return tree


def _written(repository: Repository, data: bytes) -> str:
    return lines(git(repository.root, "hash-object", "-w", "--stdin", given=data))[0]


def _tree_of(repository: Repository, commit: str) -> str:
    return lines(git(repository.root, "rev-parse", "--verify", f"{commit}^{{tree}}"))[0]


def _parents(repository: Repository, commit: str) -> list[str]:
    return lines(git(repository.root, "rev-list", "--parents", "--max-count=1", commit))[0].split(" ")[1:]


def _refuse_loss(repository: Repository, branch: str, parent: str, tip: str) -> None:
    """Refuses to move the branch where that would lose work that is not ours."""
    for commit in lines(git(repository.root, "rev-list", tip, f"^{parent}")):
        if not is_ours(repository, commit):
            raise RefusedError(
                f"branch {branch} holds commit {commit[:12]} that a new plan would lose",
                where=str(repository.root),
                why="it was not made by reconcile, or was edited since",
                next=f"choose another --branch, or merge {branch} first",
            )


def _refuse_checked_out(repository: Repository, branch: str, ref: str) -> None:
    folder = ""
    for line in lines(git(repository.root, "worktree", "list", "--porcelain")):
        folder = line.removeprefix("worktree ") if line.startswith("worktree ") else folder
        if line == f"branch {ref}":
            why = f"moving it would make every file in {folder} look changed"
            raise RefusedError(
                f"branch {branch} is checked out", why=why, next="choose another --branch, or use --write"
            )


def _commit(repository: Repository, tree: str, parent: str, message: str) -> str:
    digest = change_digest(repository, parent, tree)
    text = f"{message.rstrip()}\n\n{TRAILER}: {digest}\n".encode()
    sign = ["-S"] if _signs(repository) else []
    return lines(git(repository.root, "commit-tree", *sign, tree, "-p", parent, given=text))[0]


def _signs(repository: Repository) -> bool:
    try:
        return lines(git(repository.root, "config", "--type=bool", "--get", "commit.gpgSign")) == ["true"]
    except GitError:
        return False


def _move(repository: Repository, ref: str, commit: str, tip: str | None) -> None:
    old = tip or "0" * len(commit)
    try:
        git(repository.root, "update-ref", "-m", "reconcile: plan", ref, commit, old)
    except GitError as error:
        raise BusyError(f"{ref} moved while we worked", why=error.why, next="give the command again") from None
