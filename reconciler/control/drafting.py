"""`plan --write`: a plan as a revision that was proved, with the lockfile that it leads to; as files or as a commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from ..diagnostics import Finding
from ..emit.revision import RevisionFile
from ..model.address import Address
from ..model.catalog import Catalog
from ..plan.plan import make_plan, reverse_names
from ..plan.settle import orders
from ..prove.lockfile import locked
from ..prove.proof import proved_revision
from ..review.branch import commit_on_branch
from ..sources.revisions import History, read_revision
from .compare import profile_of, require_not_everything, require_sound
from .gitstate import ATTRIBUTES, MERGED_BY_LINE
from .planning import Planned
from .skeleton import script_location
from .workspace import Workspace


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """Files to write and to take away, by path below the project's root; no `revision` where only the lock changes."""

    revision: RevisionFile | None
    files: Mapping[str, bytes]
    deletions: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


def draft(ws: Workspace, found: Planned, *, message: str | None, allow_everything: bool) -> Draft:
    """The revision of a plan, proved on scratch, and the lockfile. Raises where a finding or a guard forbids it."""
    require_sound(found.comparison)
    if not allow_everything:
        require_not_everything(found.comparison)
    root = ws.required.root
    lock_path = ws.required.lockfile.relative_to(root).as_posix()
    deletions = tuple(r.path for r in found.stale)
    if found.empty:
        text = _lock(found, found.state.history, found.comparison.plan.new)
        return Draft(revision=None, files={lock_path: text}, deletions=deletions)
    up = found.comparison.plan
    down = make_plan(up.new, up.old, profile_of(found.comparison.dialect, up.new, up.old),
                     wanted_names=reverse_names(up), follow_order=True)  # fmt: skip
    scratch = ws.scratch(found.comparison.dialect, up.new.version)
    proved = proved_revision(
        up, down, found.comparison.dialect, found.comparison.profile, scratch,
        after=found.state.history.heads, message=message,
    )  # fmt: skip
    path = (ws.required.migrations / proved.file.path).relative_to(root).as_posix()
    revision = read_revision(path, proved.file.text)
    assert revision is not None
    history = History([*found.state.history.order, revision])
    files = {path: proved.file.text, lock_path: _lock(found, history, proved.reached(up.new))}
    files |= _attributes(ws) | _location(ws)
    findings = (_in_project(f, proved.file.path, path) for f in proved.findings)
    return Draft(revision=proved.file, files=files, deletions=deletions, findings=tuple(findings))


def _in_project(finding: Finding, path: str, named: str) -> Finding:
    """A finding about the revision by the path that its file has in the project."""
    if finding.span.file != path:
        return finding
    return msgspec.structs.replace(finding, span=msgspec.structs.replace(finding.span, file=named))


def _attributes(ws: Workspace) -> dict[str, bytes]:
    """What tells git to merge the lockfile by its lines, where nobody said otherwise."""
    path = ws.required.migrations / ATTRIBUTES
    return {} if path.exists() else {path.relative_to(ws.required.root).as_posix(): MERGED_BY_LINE}


def _location(ws: Workspace) -> dict[str, bytes]:
    """What Alembic needs beside the revisions of a dialect that the project has had declared since it began."""
    folder = ws.required.migrations
    if not ws.required.several or (folder / "env.py").exists():
        return {}
    files = script_location(f"{folder.relative_to(ws.required.root).as_posix()}/")
    return {path: text.encode() for path, text in files.items()}


def _lock(found: Planned, history: History, catalog: Catalog) -> bytes:
    return locked(history, catalog, digests=found.desired.digests, orders=_orders(found))


def _orders(found: Planned) -> dict[Address, tuple[str, ...]]:
    """Where the written order of columns is not the one that the database has."""
    have = orders(found.comparison.plan.new)
    lock = found.state.lock
    kept = {a: o for a, o in lock.orders.items() if lock.written.get(a) == found.desired.digests.get(a)} if lock else {}
    return {a: o for a, o in found.desired.orders.items() if have.get(a) != o} | kept


def together(drafts: Sequence[Draft]) -> Draft:
    """The files of several drafts as one, for one commit."""
    files = {path: text for d in drafts for path, text in d.files.items()}
    findings = tuple(f for d in drafts for f in d.findings)
    return Draft(revision=None, files=files, deletions=tuple(p for d in drafts for p in d.deletions), findings=findings)


def write(ws: Workspace, files: Draft) -> list[str]:
    """Puts a draft into the working tree; gives the paths that changed. The lockfile is written last."""
    root = ws.required.root
    changed = []
    for path, text in sorted(files.files.items(), key=lambda item: item[0].endswith(".lock")):
        target = root / path
        if target.is_file() and target.read_bytes() == text:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, text)
        changed.append(path)
    for path in files.deletions:
        (root / path).unlink(missing_ok=True)
        changed.append(path)
    return changed


def _replace(target: Path, text: bytes) -> None:
    """The file with its new bytes, never half of them."""
    part = target.with_name(f".{target.name}.part")
    part.write_bytes(text)
    part.replace(target)


def commit(ws: Workspace, files: Draft, branch: str, message: str, *, changed_manifests: bool = True) -> str:
    """A draft as a commit on a branch, with the manifests that are changed in the working tree; gives its id."""
    root = ws.required.root
    paths = {ws.repository.relative(root / p): t for p, t in files.files.items()}
    deletions = [ws.repository.relative(root / p) for p in files.deletions]
    manifests = ws.required.manifests
    if changed_manifests and manifests is not None and manifests.is_dir():
        for path in ws.repository.dirty([ws.repository.relative(manifests)]):
            target = ws.repository.root / path
            if target.is_file() and not target.is_symlink():
                paths[path] = target.read_bytes()
            else:
                deletions.append(path)
    return commit_on_branch(ws.repository, branch, paths, message, deletions=deletions)
