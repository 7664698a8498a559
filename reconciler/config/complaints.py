"""What a JSON Schema cannot say about `reconcile.yaml`: paths, URLs, names that must agree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ..diagnostics import Finding
from ..errors import RefusedError
from ..model.codec import known_kinds
from . import dialects
from .checked import did_you_mean
from .nodes import Document, Key
from .paths import inside
from .projectfile import Elsewhere, SpecForm
from .secrets import masked, passwords

LOADED: Final = ("models:", "flask:")
SCRATCH_WORDS: Final = ("embedded", "local")

_NAME: Final = r"[A-Za-z_][\w.]*"
_OBJECT: Final = re.compile(rf"models:{_NAME}:{_NAME}(?:,{_NAME}(?::{_NAME})?)*|flask:{_NAME}:{_NAME}(?:#[\w-]+)?")
_VARIABLE_NAME: Final = re.compile(r"[A-Za-z_]\w*")
_URL: Final = re.compile(r"[A-Za-z][\w+.-]*://")


def complaints(spec: SpecForm, source: Document, root: Path) -> Iterator[Finding]:
    """Every finding about a file whose form is right."""
    yield from _desired(spec, source, root)
    yield from dialects.complaints(spec, source)
    for name, form in dialects.declared(spec).items():
        yield from _path(form.migrations or "", source, root, *dialects.place_of(spec, name, "migrations"))
        if form.scratch is not None and form.scratch not in SCRATCH_WORDS:
            yield from _url(form.scratch, source, root, *dialects.place_of(spec, name, "scratch"))
    for name, environment in spec.environments.items():
        yield from _url(environment.url, source, root, "spec", "environments", name, "url")
        yield from _tracked(name, spec, source)
    yield from _kinds(spec, source)


def _kinds(spec: SpecForm, source: Document) -> Iterator[Finding]:
    """What is to be left alone under a kind that there is not would not be."""
    for n, one in enumerate(spec.unmanaged):
        if one.kind != "*" and one.kind not in known_kinds():
            message = f"there is no kind {one.kind!r}, so nothing would be left alone"
            where = source.at("spec", "unmanaged", n, "kind")
            yield Finding(rule="kind", message=message, span=where, next=did_you_mean(one.kind.lower(), known_kinds()))


def _desired(spec: SpecForm, source: Document, root: Path) -> Iterator[Finding]:
    where = source.at("spec", "desired")
    if spec.desired.startswith(LOADED):
        if not _OBJECT.fullmatch(spec.desired):
            next_step = "write models:package.module:Base or flask:package.module:create_app"
            yield Finding(rule="desired", message=f"{spec.desired!r} names no object", span=where, next=next_step)
        return
    yield from _path(spec.desired, source, root, "spec", "desired")


def _path(text: str, source: Document, root: Path, *place: Key) -> Iterator[Finding]:
    try:
        path = inside(root, text)
    except RefusedError as error:
        yield Finding(rule="path", message=error.what, span=source.at(*place), why=error.why, next=error.next)
        return
    if not path.exists():
        message = f"folder {text} does not exist"
        next_step = "reconcile plan --write makes it" if "dialects" in place else "reconcile init"
        yield Finding(rule="path", message=message, level="warning", span=source.at(*place), next=next_step)


def _url(written: str | Elsewhere, source: Document, root: Path, *place: Key) -> Iterator[Finding]:
    where = source.at(*place)
    if isinstance(written, Elsewhere):
        if sum(map(bool, (written.env, written.file, written.command))) != 1:
            message = "needs one of env, file and command"
            yield Finding(rule="url", message=message, span=where, next="write {env: NAME}")
        if written.file and not Path(written.file).is_absolute():
            yield from (f for f in _path(written.file, source, root, *place, "file") if f.level == "error")
        names = [written.env] if written.env else []
    else:
        names = re.findall(r"\$\{([^}]*)\}", written)
        yield from _literal(written, source, *place)
    for name in names:
        if not _VARIABLE_NAME.fullmatch(name):
            message = f"{name!r} is no name of an environment variable"
            yield Finding(rule="url", message=message, span=where, next="use letters, digits and underscores")


def _literal(written: str, source: Document, *place: Key) -> Iterator[Finding]:
    where = source.at(*place)
    if not written.startswith(("${", "env:")) and not _URL.match(written):
        next_step = "write postgresql://user@host/database, sqlite:///file.db, ${VARIABLE} or {env: VARIABLE}"
        yield Finding(rule="url", message=f"{masked(written)!r} is no database URL", span=where, next=next_step)
    if any("${" not in password and password != "***" for password in passwords(written)):
        yield Finding(
            rule="secret-in-file",
            message="a password stands in this file",
            level="warning",
            span=where,
            why="whoever reads the repository, now or later, has it",
            next="write ${VARIABLE} in its place, or {env: VARIABLE} for the whole URL, and change the password",
        )


def _tracked(name: str, spec: SpecForm, source: Document) -> Iterator[Finding]:
    environment = spec.environments[name]
    place: tuple[Key, ...] = ("spec", "environments", name)
    if environment.remote is not None and not re.fullmatch(r"[A-Za-z0-9_][\w.-]*", environment.remote):
        message = f"{environment.remote!r} is no name of a git remote"
        yield Finding(rule="git", message=message, span=source.at(*place, "remote"), next="write origin")
    if re.search(r"\.\.|//|/\.|\.lock(/|$)|[./]$", environment.branch):
        message = f"{environment.branch!r} is no name of a git branch"
        yield Finding(rule="git", message=message, span=source.at(*place, "branch"), next="write main")
