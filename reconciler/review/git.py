"""Git by its plumbing commands: one function that runs it, in an environment that cannot mislead us.

Replaced objects and grafts are not followed, nothing is asked at a terminal, messages are English, and variables that
point git at another repository (set inside hooks) are dropped.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..config.secrets import scrubbed
from ..errors import ReconcileError

_SETTINGS: Final = {
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_PAGER": "cat",
    "GCM_INTERACTIVE": "never",
    "LC_ALL": "C",
    "LANGUAGE": "C",
}
_ELSEWHERE: Final = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE",
    "GIT_REPLACE_REF_BASE", "GIT_EXTERNAL_DIFF", "GIT_TRACE", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS",
)  # fmt: skip
_OPTIONS: Final = ("--no-pager", "--literal-pathspecs", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false")


class GitError(ReconcileError):
    """Git refused; `status` is its exit code, and `why` what it said."""

    status: int = 128


def git(
    root: Path,
    *args: str,
    given: bytes | None = None,
    env: Mapping[str, str] | None = None,
    timeout: float | None = None,
) -> bytes:
    """What the git command prints; a GitError where it fails."""
    command = ["git", "-C", str(root), *_OPTIONS, *args]
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(env),
            start_new_session=timeout is not None,
        )
    except FileNotFoundError:
        raise _missing(root) from None
    output, said = _communicated(process, root, args[0], given, timeout)
    if process.returncode:
        raise _failure(root, args[0], process.returncode, said)
    return output


def lines(output: bytes, separator: bytes = b"\n") -> list[str]:
    """The records of what git printed."""
    return [os.fsdecode(record) for record in output.split(separator) if record]


def _communicated(
    process: subprocess.Popen[bytes], root: Path, name: str, given: bytes | None, timeout: float | None
) -> tuple[bytes, bytes]:
    """What it prints on both streams; where that takes too long, it ends together with whatever it started."""
    try:
        return process.communicate(given, timeout)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL) if timeout else process.kill()
        process.wait()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
    why = "no answer, or it asks for a password that nobody can type"
    message = f"git {name} took more than {timeout:g} seconds"
    raise GitError(message, where=str(root), why=why, next=f"try git {name} by hand")


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if name not in _ELSEWHERE}
    return kept | _SETTINGS | dict(extra or {})


def _missing(root: Path) -> ReconcileError:
    if not root.is_dir():
        return ReconcileError(f"no folder {root}")
    return ReconcileError("git is not installed", why="no git on PATH", next="install git 2.34 or newer")


def _failure(root: Path, name: str, status: int, output: bytes) -> GitError:
    said = scrubbed(os.fsdecode(output).strip())
    what, next_step = f"git {name} failed", ""
    for sign, better, hint in _KNOWN:
        if sign in said:
            what, next_step = better, hint.format(root=root)
            break
    error = GitError(what, where=str(root), why=said or f"exit code {status}", next=next_step)
    error.status = status
    return error


_KNOWN: Final = (
    ("not a git repository", "not a git repository", "git init, or go to the folder of the project"),
    ("dubious ownership", "git does not trust this folder", "git config --global --add safe.directory {root}"),
    ("Please tell me who you are", "git does not know who you are", "git config user.name NAME, and user.email"),
    ("unable to auto-detect email", "git does not know who you are", "git config user.email ADDRESS"),
    ("empty ident name", "git does not know who you are", "git config user.name NAME"),
    ("couldn't find remote ref", "the branch is not on the remote", "git push it, or correct spec.environments"),
    ("Could not resolve host", "the remote cannot be reached", "look at the network, and at git remote -v"),
    ("does not appear to be a git repository", "there is no such remote", "git remote -v"),
    ("terminal prompts disabled", "the remote wants a password", "give git a credential helper or a key"),
)  # fmt: skip
