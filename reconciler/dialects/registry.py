"""The dialects by name and by URL; each is imported when it is first asked for."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from ..config.checked import did_you_mean
from ..config.secrets import masked
from ..errors import ReconcileError
from .base import Dialect

_MODULES = {"postgresql": "postgresql", "sqlite": "sqlite", "mysql": "mysql"}
_SCHEMES = {
    "postgresql": "postgresql",
    "postgres": "postgresql",
    "sqlite": "sqlite",
    "mysql": "mysql",
    "mariadb": "mysql",
}


@cache
def dialect_named(name: str) -> Dialect:
    """The dialect of a name; raises ReconcileError that lists the known ones."""
    if name not in _MODULES:
        raise ReconcileError(f"unknown dialect {name!r}", next=did_you_mean(name, _MODULES))
    module = import_module(f".{_MODULES[name]}", __package__)
    found: Dialect = module.DIALECT
    return found


def known_dialects() -> tuple[str, ...]:
    """The names of all dialects."""
    return tuple(_MODULES)


def is_url(text: str) -> bool:
    """Whether a source is a database URL of a scheme that some dialect has."""
    scheme, sep, _ = text.partition("://")
    return bool(sep) and scheme.split("+")[0] in _SCHEMES


def dialect_of_url(url: str) -> Dialect:
    """The dialect that a URL's scheme names, its driver part aside."""
    scheme = url.partition("://")[0].split("+")[0]
    if scheme not in _SCHEMES:
        known = ", ".join(sorted({f"{s}://" for s in _SCHEMES}))
        raise ReconcileError(f"no dialect for {masked(url)}", next=f"write a URL that starts with one of: {known}")
    return dialect_named(_SCHEMES[scheme])
