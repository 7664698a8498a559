"""What a git repository holds: commits, and files as a commit has them.

Reads objects and refs only, never the working tree, so that what is read is what was committed. Only ordinary files
count: a symbolic link or a submodule among them is refused. Paths are relative to the repository's root, with `/`.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

import msgspec

from ..config.checked import did_you_mean
from ..config.environment import Environment
from ..errors import ReconcileError, RefusedError
from .git import GitError, git, lines

FETCH_SECONDS: Final = 60.0
_ORDINARY: Final = frozenset({"100644", "100755"})
_ODD: Final = {"120000": "a symbolic link", "160000": "a submodule"}


class Blob(msgspec.Struct, frozen=True):
    """A file of a commit: its path, and the id of what it holds."""

    path: str
    id: str


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One commit of a history; `time` is ISO 8601, as the committer's clock had it."""

    id: str
    author: str
    email: str
    time: str
    subject: str


class Repository:
    """A git repository with a working tree at `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def around(cls, start: Path) -> Repository:
        """The repository that a folder lies in."""
        try:
            return cls(Path(lines(git(start, "rev-parse", "--show-toplevel"))[0]))
        except GitError as error:
            if "work tree" in error.why:
                why = "a bare repository has no files to work on"
                raise ReconcileError(
                    "no working tree", where=str(start), why=why, next="git worktree add DIR"
                ) from None
            raise

    def relative(self, path: Path) -> str:
        """A path of the file system as a path of the repository."""
        whole, root = path.resolve(), self.root.resolve()
        if not whole.is_relative_to(root):
            raise RefusedError(f"{path} is not in the repository", where=str(self.root))
        return whole.relative_to(root).as_posix()

    # Commits.

    def resolve(self, ref: str) -> str:
        """The id of the commit that a ref means; an unknown one is an error that names the nearest."""
        try:
            found = git(self.root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        except GitError as error:
            if error.status != 1 and "Needed a single revision" not in error.why:
                raise
            raise self._unknown(ref) from None
        return lines(found)[0]

    def tip(self, ref: str) -> str | None:
        """The commit of a full ref name (`refs/heads/…`), or None where there is no such ref."""
        found = lines(git(self.root, "for-each-ref", "--format=%(refname) %(objectname)", ref))
        return next((line.split(" ")[1] for line in found if line.split(" ")[0] == ref), None)

    def tracked(self, environment: Environment) -> str:
        """The commit that an environment follows, as last fetched."""
        ref = environment.tracked_ref
        tip = self.tip(ref)
        if tip is not None:
            return tip
        if environment.remote:
            next_step = f"git fetch {environment.remote} {environment.branch}"
        else:
            next_step = did_you_mean(environment.branch, self.branches()) or f"git branch {environment.branch}"
        why = f"environment {environment.name} tracks it"
        raise ReconcileError(f"there is no {ref}", where=str(environment.span), why=why, next=next_step)

    def has_commit(self, identity: str) -> bool:
        """Whether there is a commit with that whole id."""
        try:
            git(self.root, "cat-file", "-e", f"{identity}^{{commit}}")
        except GitError:
            return False
        return True

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Whether `newer` holds `older`; in a shallow clone a no cannot be trusted, and is an error."""
        try:
            git(self.root, "merge-base", "--is-ancestor", older, newer)
        except GitError as error:
            if error.status != 1:
                raise
        else:
            return True
        if lines(git(self.root, "rev-parse", "--is-shallow-repository")) == ["true"]:
            why = "the clone is shallow, so its history is not whole"
            what = f"cannot tell whether {newer[:12]} holds {older[:12]}"
            raise ReconcileError(what, where=str(self.root), why=why, next="git fetch --unshallow")
        return False

    def current_branch(self) -> str | None:
        """The branch that is checked out, or None."""
        try:
            return lines(git(self.root, "symbolic-ref", "--quiet", "--short", "HEAD"))[0]
        except GitError as error:
            if error.status != 1:
                raise
            return None

    def branches(self) -> list[str]:
        return lines(git(self.root, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes"))

    def history(self, path: str, ref: str = "HEAD", limit: int = 100) -> list[Commit]:
        """The commits that touched a path, newest first."""
        commit = self.resolve(ref)
        form = "--format=%H%x1f%an%x1f%ae%x1f%cI%x1f%s"
        quiet = ("--no-show-signature", "--no-color", "--no-decorate", "--no-notes", "--no-patch")
        found = git(self.root, "log", "-z", *quiet, f"--max-count={limit}", form, commit, "--", path)
        parts = [record.split("\x1f", 4) for record in lines(found, b"\0")]
        return [Commit(id=i, author=name, email=mail, time=time, subject=s) for i, name, mail, time, s in parts]

    def fetch(self, remote: str, branch: str, timeout: float = FETCH_SECONDS) -> str:
        """Fetches one branch of a remote, and gives the commit it has there."""
        ref = f"refs/remotes/{remote}/{branch}"
        quiet = ("--quiet", "--no-tags", "--no-recurse-submodules", "--no-auto-gc", "--no-write-fetch-head")
        with self._fetching(timeout):
            git(self.root, "fetch", *quiet, "--", remote, f"+refs/heads/{branch}:{ref}", timeout=timeout)
        return self.resolve(ref)

    @contextmanager
    def _fetching(self, timeout: float) -> Iterator[None]:
        """One after the other: git fails where somebody else has moved the ref since it looked."""
        folder = self.root / lines(git(self.root, "rev-parse", "--git-common-dir"))[0]
        end = time.monotonic() + timeout
        with (folder / "reconcile.fetch").open("a") as file:
            while not _locked(file):
                if time.monotonic() > end:
                    why = f"it holds {folder / 'reconcile.fetch'}"
                    raise GitError("another fetch does not end", where=str(self.root), why=why, next="end it")
                time.sleep(0.05)
            yield

    # Files.

    def tree(self, commit: str, folder: str = "") -> list[Blob]:
        """The files below a folder of a commit, sorted by path."""
        where = ("--", folder.rstrip("/")) if folder.strip("/.") else ()
        found = git(self.root, "ls-tree", "-r", "-z", "--full-tree", commit, *where)
        return sorted((self._blob(record) for record in lines(found, b"\0")), key=lambda blob: blob.path)

    def contents(self, blobs: Sequence[Blob]) -> list[bytes]:
        """What the blobs hold, in their order, by one run of git."""
        if not blobs:
            return []
        asked = "".join(f"{blob.id}\n" for blob in blobs).encode()
        return list(_batch(git(self.root, "cat-file", "--batch", given=asked)))

    def files(self, ref: str, folder: str = "") -> dict[str, bytes]:
        """Every file below a folder as a ref has it, by path."""
        blobs = self.tree(self.resolve(ref), folder)
        return dict(zip((blob.path for blob in blobs), self.contents(blobs), strict=True))

    def file(self, ref: str, path: str) -> bytes | None:
        """One file as a ref has it, or None where it is not there."""
        found = [blob for blob in self.tree(self.resolve(ref), path) if blob.path == path]
        return self.contents(found)[0] if found else None

    def blob_id(self, data: bytes) -> str:
        """The id that these bytes have as a blob."""
        return lines(git(self.root, "hash-object", "--stdin", given=data))[0]

    def dirty(self, paths: Iterable[str] = ()) -> list[str]:
        """Those of the paths, or of all, that are changed, staged or untracked in the working tree."""
        found = git(self.root, "status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all", "--", *paths)
        return sorted(record[3:] for record in lines(found, b"\0"))

    def _blob(self, record: str) -> Blob:
        """From `<mode> SP <type> SP <id> TAB <path>`."""
        head, path = record.split("\t", 1)
        mode, _, identity = head.split(" ")
        if mode not in _ORDINARY:
            why = f"it is {_ODD.get(mode, f'of mode {mode}')}, so what it holds is not in the commit"
            raise RefusedError(
                f"{path} is not an ordinary file", where=str(self.root), why=why, next="commit a plain file"
            )
        return Blob(path, identity)

    def _unknown(self, ref: str) -> ReconcileError:
        if ref == "HEAD":
            return ReconcileError("there is no commit yet", where=str(self.root), next="git commit")
        known = lines(git(self.root, "for-each-ref", "--format=%(refname:short)"))
        next_step = did_you_mean(ref, known) or "git branch --all"
        return ReconcileError(f"git knows no {ref!r}", where=str(self.root), next=next_step)


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _batch(output: bytes) -> Iterable[bytes]:
    """The objects of `cat-file --batch`: `<id> SP <type> SP <size> LF <bytes> LF` each."""
    at = 0
    while at < len(output):
        end = output.index(b"\n", at)
        identity, *rest = output[at:end].decode().split(" ")
        if len(rest) != 2:
            raise ReconcileError(
                f"git has no object {identity}", why="the clone is partial or damaged", next="git fsck"
            )
        size = int(rest[1])
        yield output[end + 1 : end + 1 + size]
        at = end + 1 + size + 1
