"""The dialects that a project declares, and which of them an environment has.

Knows the file's form; what a dialect can do is nobody's business here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final, get_args

from ..diagnostics import Finding
from .checked import did_you_mean
from .nodes import Document, Key
from .projectfile import DialectForm, DialectName, EnvironmentForm, SpecForm
from .urls import scheme

KNOWN: Final = get_args(DialectName)
MIGRATIONS: Final = "migrations/"
_OWN: Final = ("migrations", "scratch", "schemas", "manage")
"""What each dialect of several has for itself."""
_MANAGED: Final = {
    "postgresql": ("owners", "grants", "roles"),
    "mysql": ("grants", "roles"),
    "sqlite": ("application_id", "user_version"),
}
_PLAIN_SCHEME: Final = re.compile(r"[A-Za-z][\w+.-]*:")


def declared(spec: SpecForm) -> dict[str, DialectForm]:
    """What each dialect of the project has for itself, in the order in which they stand."""
    if spec.dialects is None:
        one = DialectForm(
            migrations=spec.migrations or MIGRATIONS, scratch=spec.scratch, schemas=spec.schemas, manage=spec.manage
        )
        return {spec.dialect: one} if spec.dialect is not None else {}
    forms = spec.dialects if isinstance(spec.dialects, dict) else dict.fromkeys(spec.dialects)
    return {name: _with_folder(name, form or DialectForm()) for name, form in forms.items()}


def _with_folder(name: str, form: DialectForm) -> DialectForm:
    folder = form.migrations or f"{MIGRATIONS}{name}/"
    return DialectForm(migrations=folder, scratch=form.scratch, schemas=form.schemas, manage=form.manage)


def place_of(spec: SpecForm, name: str, key: str) -> tuple[Key, ...]:
    """Where a dialect's own setting stands in the file."""
    return ("spec", key) if spec.dialects is None else ("spec", "dialects", name, key)


def dialect_of(spec: SpecForm, environment: EnvironmentForm) -> str:
    """The dialect of an environment: as it says, else by its URL; "" where neither tells."""
    if environment.dialect is not None:
        return environment.dialect
    return _of_url(environment) or (spec.dialect or "")


def _of_url(environment: EnvironmentForm) -> str:
    """What the URL's scheme names, where the file shows it."""
    url = environment.url
    return scheme(url)[0] if isinstance(url, str) and _PLAIN_SCHEME.match(url) and not url.startswith("env:") else ""


def complaints(spec: SpecForm, source: Document) -> Iterator[Finding]:
    """What is wrong with the dialects of a file whose form is right."""
    if (spec.dialect is None) == (spec.dialects is None):
        both = spec.dialect is not None
        message = "spec: dialect and dialects exclude each other" if both else "spec: dialect is missing"
        next_step = "keep one of them" if both else "write dialect: postgresql, or dialects: [sqlite, postgresql]"
        yield Finding(rule="dialect", message=message, span=source.at("spec", "dialects"), next=next_step)
        return
    if spec.dialects is not None:
        yield from _of_several(spec, source)
    forms = declared(spec)
    for name, form in forms.items():
        place = place_of(spec, name, "manage")
        for word in form.manage:
            if word not in _MANAGED.get(name, ()):
                next_step = f"remove {word} from {'.'.join(map(str, place))}"
                message = f"{name} has no {word} to be managed"
                yield Finding(rule="manage", message=message, span=source.at(*place), next=next_step)
    if spec.definers == "drop" and "mysql" not in forms:
        message = f"{' and '.join(forms)} {'has' if len(forms) == 1 else 'have'} no definers"
        yield Finding(rule="definers", message=message, span=source.at("spec", "definers"), next="remove spec.definers")
    for name, environment in spec.environments.items():
        yield from _of_environment(name, environment, spec, forms, source)


def _of_several(spec: SpecForm, source: Document) -> Iterator[Finding]:
    if not spec.dialects:
        yield Finding(
            rule="dialect", message="spec.dialects names no dialect", span=source.at("spec", "dialects"),
            next="write dialects: [sqlite, postgresql], or dialect: postgresql",
        )  # fmt: skip
    names = list(spec.dialects or ())
    for name in names:
        if name not in KNOWN:
            next_step = did_you_mean(name, KNOWN)
            place = source.at("spec", "dialects", name)
            yield Finding(rule="dialect", message=f"no dialect {name!r} is known", span=place, next=next_step)
    for n, name in enumerate(names):
        if name in names[:n]:
            place = source.at("spec", "dialects", n)
            yield Finding(rule="dialect", message=f"dialect {name} twice", span=place, next="keep one of them")
    for key in _OWN:
        if getattr(spec, key):
            example = f"dialects: {{{names[0] if names else 'postgresql'}: {{{key}: …}}}}"
            yield Finding(
                rule="dialect", message=f"spec.{key} belongs to one dialect, and there are several",
                span=source.at("spec", key), next=f"write it there: {example}",
            )  # fmt: skip
    yield from _folders(spec, source)


def _folders(spec: SpecForm, source: Document) -> Iterator[Finding]:
    """Two dialects whose revisions would lie among each other."""
    seen: dict[str, PurePosixPath] = {}
    for name, form in declared(spec).items():
        folder = PurePosixPath(form.migrations or "")
        for other, taken in seen.items():
            if folder == taken or folder in taken.parents or taken in folder.parents:
                yield Finding(
                    rule="dialect", message=f"the revisions of {name} and {other} would lie among each other",
                    span=source.at("spec", "dialects", name, "migrations"), why=f"{taken}/ and {folder}/",
                    next=f"give one of them another folder: dialects: {{{name}: {{migrations: migrations-{name}/}}}}",
                )  # fmt: skip
        seen[name] = folder


def _of_environment(
    name: str, environment: EnvironmentForm, spec: SpecForm, forms: Mapping[str, DialectForm], source: Document
) -> Iterator[Finding]:
    place: tuple[Key, ...] = ("spec", "environments", name)
    found, by_url = dialect_of(spec, environment), _of_url(environment)
    known = ", ".join(forms)
    if environment.dialect is not None and by_url not in ("", environment.dialect):
        message = f"environment {name} is said to be {environment.dialect}, and its URL is of {by_url}"
        yield Finding(rule="dialect", message=message, span=source.at(*place, "dialect"), next="correct one of them")
    elif spec.dialects is None:
        if environment.dialect is not None and environment.dialect != spec.dialect:
            message = f"environment {name} is of {environment.dialect}, and the project of {spec.dialect}"
            next_step = f"write dialects: [{spec.dialect}, {environment.dialect}] in place of dialect"
            yield Finding(rule="dialect", message=message, span=source.at(*place, "dialect"), next=next_step)
    elif not found:
        message = f"nothing says which dialect environment {name} has"
        next_step = f"add dialect: with one of {known}"
        why = "its URL is not known before it is used"
        yield Finding(rule="dialect", message=message, span=source.at(*place), why=why, next=next_step)
    elif found not in forms:
        where = source.at(*place, "dialect" if environment.dialect is not None else "url")
        message = f"environment {name} is of {found}, which is none of the project's dialects"
        next_step = did_you_mean(found, forms) or f"add {found} to spec.dialects"
        yield Finding(rule="dialect", message=message, span=where, next=next_step)
