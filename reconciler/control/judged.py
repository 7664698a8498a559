"""What manifests were judged to be before, told by their bytes and those of the lockfile: memos, never needed.

Imports little: an unchanged plan needs nothing but this.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from ..diagnostics import Finding
from ..dialects.base import Scope
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.codec import encoded, lines, objects
from ..sources import memo
from ..sources.folders import manifest_files
from ..sources.snapshot import Snapshot
from .gitstate import GitState
from .workspace import Workspace


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A written side, kept as what differs from the snapshot that it was judged beside. `objects` are JSON lines."""

    objects: bytes
    gone: tuple[Address, ...]
    names: tuple[tuple[Address, str], ...]
    digests: tuple[tuple[Address, str], ...]
    findings: tuple[Finding, ...] = ()

    def beside(self, known: Snapshot) -> Catalog:
        """The catalog of the side; raises msgspec.ValidationError or DecodeError where the objects are none."""
        return known.catalog.replaced(objects(self.objects), without=self.gone)


def judged(
    catalog: Catalog,
    names: Mapping[Address, str],
    digests: Mapping[Address, str],
    findings: tuple[Finding, ...],
    known: Snapshot,
) -> Judged | None:
    """What is to be kept of a side; None where it differs from the snapshot in more than its objects."""
    beside = known.catalog
    if (catalog.dialect, catalog.version, catalog.says) != (beside.dialect, beside.version, beside.says):
        return None
    if catalog.unmodelled != beside.unmodelled:
        return None
    return Judged(
        objects=b"\n".join(lines(o for a, o in catalog.items() if beside.get(a) is not o)),
        gone=tuple(sorted(a for a in beside if a not in catalog)),
        names=tuple(sorted(names.items())),
        digests=tuple(sorted(digests.items())),
        findings=findings,
    )


def recalled(key: str) -> Judged | None:
    """What was kept under a key, None where nothing was or it cannot be read."""
    kept = memo.recalled(key)
    if kept is None:
        return None
    try:
        return msgspec.json.decode(kept, type=Judged)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None


def told(digests: Mapping[Address, str], catalog: Catalog) -> bytes:
    """What was written: units by their digests, and owners and grants, which are in none of them."""
    access = lines(o for o in catalog.values() if o.topic) if catalog.says else ()
    return b"\n".join([encoded(sorted(digests.items())), encoded(sorted(catalog.says)), *access])


def key_of(folder: str, dialect: str, scope: Scope, *, portable: bool) -> str:
    """What tells one folder of manifests, read for one dialect and scope, from any other; "" for other sources.

    portable: as one of several dialects.
    """
    path = Path(folder)
    if not path.is_dir():
        return ""
    files = ((name.removeprefix(folder), data) for name, data in manifest_files(path))
    meant = (dialect, "portable") if portable else (dialect,)
    return memo.key_of("written", *meant, encoded(scope), *(part for file in files for part in file))


def key_of_desired(ws: Workspace) -> str:
    """The key of the project's manifests as they are now; "" where desired is something else."""
    return key_of(ws.desired_source(), ws.dialect.name, ws.scope, portable=ws.required.several)


def nothing_to_plan(ws: Workspace, state: GitState, key: str) -> bool:
    """Whether a plan of these very manifests (`key`) beside this very lockfile was empty, so that this one is."""
    plan = _key_of_plan(ws, state, key)
    return bool(plan) and memo.recalled(plan) is not None


def keep_nothing_to_plan(ws: Workspace, state: GitState, key: str) -> None:
    if plan := _key_of_plan(ws, state, key):
        memo.keep(plan, b"")


def _key_of_plan(ws: Workspace, state: GitState, key: str) -> str:
    if not key or not state.locked_at_head or len(state.history.heads) != 1:
        return ""
    return memo.key_of("nothing to plan", key, state.lock_digest, ws.required.column_order,
                       encoded(ws.required.drops))  # fmt: skip
