"""A catalog written as manifests into a folder, with nothing left over from before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from ..dialects.base import Dialect
from ..errors import RefusedError
from ..model.access import Access, DefaultPrivilege
from ..model.address import Address
from ..model.catalog import Catalog
from ..model.objects import Object
from ..sources.claims import INSIDE
from ..sources.manifest.access import ADDRESS, NAME
from ..sources.manifest.edit import edited
from ..sources.manifest.load import load_manifests
from ..sources.manifest.write import manifest_files, manifest_text
from ..sources.written import Written
from .workspace import Workspace

_EMPTY = "# Nothing is desired: the schema that was imported here holds no object.\n"
_EMPTY_FILE = "empty.yaml"


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """The paths, relative to the folder, that were written, taken away, or left as they were."""

    written: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    @property
    def total(self) -> int:
        return len(self.written) + len(self.unchanged)


def manifests_in(folder: Path) -> dict[str, bytes]:
    """The YAML files of a folder by their path below it, sorted; {} where there is no such folder."""
    found = sorted(p for p in folder.rglob("*") if p.suffix in (".yaml", ".yml") and p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def loaded(files: Mapping[str, bytes], dialect: Dialect, portable: bool) -> Written:
    """What the files say for a dialect; `portable` where they are written for others as well."""
    emulating = dialect if portable else None
    return load_manifests(files.items(), profile=dialect.profile(()), emulating=emulating)


def places(files: Mapping[str, bytes], dialect: Dialect, portable: bool = False) -> dict[Address, str]:
    """The file that each object is written in, for files that can be read."""
    written = loaded(files, dialect, portable)
    found = {u.address: f for u in written.units if (f := u.span(u.address).file) in files}
    return found | {a: span.file for a, span in written.places.items() if span.file in files}


def require_one_dialect(ws: Workspace, folder: Path) -> None:
    """Refuses to write the manifests of several dialects anew in the words of one."""
    own = ws.project.manifests if ws.project is not None and ws.project.several else None
    if own is not None and folder.resolve() == own.resolve() and manifests_in(folder):
        raise RefusedError(
            "these manifests are written for several dialects, and an import would say all of it in one's words",
            where=str(folder),
            next="import into another folder with --to, and take over what is new",
        )


def write_manifests(catalog: Catalog, dialect: Dialect, folder: Path) -> Files:
    """Writes the manifests of a catalog; an object keeps its file, and files of objects that went are removed."""
    before = manifests_in(folder)
    known = places(before, dialect)
    texts = manifest_files(catalog, known) or {_EMPTY_FILE: _EMPTY}
    written = [path for path, text in texts.items() if _put(folder / path, text)]
    removed = sorted({f for f in (*known.values(), _EMPTY_FILE) if f in before and f not in texts})
    for path in removed:
        (folder / path).unlink()
    unchanged = tuple(p for p in texts if p not in written)
    return Files(written=tuple(written), removed=tuple(removed), unchanged=unchanged)


def rewrite_objects(
    catalog: Catalog,
    tops: Iterable[Address],
    dialect: Dialect,
    folder: Path,
    *,
    was: Catalog | None = None,
    portable: bool = False,
) -> Files:
    """The manifests of some objects as a catalog has them: brought up to date, added, or removed where it has them no
    more. was: the catalog that they were written from; of what is in both only the keys that changed are written anew.
    """
    before = manifests_in(folder)
    known = places(before, dialect, portable)
    wanted = set(tops)
    access = _access(before, dialect, portable)
    catalog = catalog.about(access.says & catalog.says)
    if any(a.kind == DefaultPrivilege.kind for a in wanted):
        wanted.add(ADDRESS)
    source = loaded(before, dialect, portable)
    kept = _edited(before, was, catalog, wanted & known.keys(), known, source) if was is not None else {}
    touched = {a for a in wanted if known.get(a) not in kept}
    shared = {known[a] for a in touched if a in known}
    again = touched | {a for a, f in known.items() if f in shared}
    about = {DefaultPrivilege.kind} if ADDRESS in again else set()
    part = catalog.where(lambda o: o.kind in about or top_of(o, catalog) in again)
    texts = manifest_files(part, {a: f for a, f in known.items() if a in again}, access=access) if touched else {}
    written = [path for path, text in sorted({**kept, **texts}.items()) if _put(folder / path, text)]
    removed = sorted(f for f in shared if f not in texts)
    for path in removed:
        (folder / path).unlink()
    return Files(written=tuple(written), removed=tuple(removed), unchanged=())


def _access(files: Mapping[str, bytes], dialect: Dialect, portable: bool) -> Access:
    """What the manifests say of owners and grants."""
    found = loaded(files, dialect, portable).facts.get("access")
    return found if isinstance(found, Access) else Access(name=NAME)


def _edited(
    files: Mapping[str, bytes],
    was: Catalog,
    now: Catalog,
    tops: Iterable[Address],
    known: Mapping[Address, str],
    written: Written,
) -> dict[str, str]:
    """The files that can be brought up to date key by key, with their new texts."""
    lines = {u.address: u.span(u.address).line for u in written.units}
    found: dict[str, str | None] = {}
    for a in sorted(tops, key=lambda a: lines.get(a, 0), reverse=True):  # what stands above keeps its line
        text = found.get(known[a], files[known[a]].decode("utf-8-sig"))
        old, new = _alone(was, a), _alone(now, a)
        whole = text is not None and old and new and a in lines
        found[known[a]] = edited(text, lines[a], old, new) if whole and text is not None else None
    return {file: text for file, text in found.items() if text is not None}


def _alone(catalog: Catalog, top: Address) -> str:
    """The manifest of one object as this program writes it; "" where the catalog has none."""
    if top not in catalog:
        return ""
    parts = [o for o in catalog.values() if o.address != top and top_of(o, catalog) == top]
    return manifest_text([catalog[top], *sorted(parts, key=lambda o: o.address)], catalog.dialect)


def top_of(o: Object, catalog: Catalog) -> Address:
    """The object in whose manifest an object is written."""
    while o.kind in INSIDE and (parent := o.parent) is not None and parent in catalog:
        o = catalog[parent]
    return o.address


def _put(target: Path, text: str) -> bool:
    """Whether the file had to be written."""
    if target.is_symlink() or (target.exists() and not target.is_file()):
        raise RefusedError("something else stands where a manifest has to go", where=str(target))
    if target.is_file() and target.read_text() == text:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    return True
