"""The form of `reconcile.yaml`: what may be written, and the JSON Schema that editors complete from.

Only the form. What the words resolve to (paths, URLs, places) is `project`'s and `environment`'s.
"""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta

from .drops import Drop


class _Form(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    pass


NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$"
DAYS = r"^(0|[1-9][0-9]{0,3})d$"
DURATION = r"^[1-9][0-9]{0,6}(s|m|h)?$"
BRANCH = r"^[A-Za-z0-9_][A-Za-z0-9._/+-]{0,200}$"

EnvironmentName = Annotated[
    str, Meta(pattern=NAME, description="a name of letters, digits, dots, dashes and underscores, at most 63")
]


class Elsewhere(_Form, frozen=True):
    """A URL kept outside the file: in an environment variable, in the first line of a file, or said by a program."""

    env: Annotated[str | None, Meta(description="the environment variable that holds it")] = None
    file: Annotated[str | None, Meta(description="the file whose first line is it, such as a mounted secret")] = None
    command: Annotated[
        Annotated[list[str], Meta(min_length=1)] | None,
        Meta(
            description="the program, with its arguments, that prints it: run without a shell, where whoever runs "
            "reconcile has set RECONCILE_COMMANDS=1",
        ),
    ] = None


Folder = Annotated[str, Meta(min_length=1)]
DialectName = Literal["postgresql", "sqlite", "mysql"]
Scratch = Annotated[
    str | Elsewhere | None,
    Meta(description="Where desired is measured: embedded, local, a database URL, {env} or {file}."),
]
Schemas = Annotated[
    list[str] | None,
    Meta(description="The schemas (namespaces) that are managed; without it, all but system ones."),
]
Manage = Annotated[
    list[Literal["owners", "grants", "roles", "user_version", "application_id"]],
    Meta(
        description="Managed beside the schema itself: owners (PostgreSQL), grants and roles (PostgreSQL, MySQL; roles "
        "are the server's, not a database's), user_version and application_id of SQLite."
    ),
]

Days = Annotated[str, Meta(pattern=DAYS, description="a number of days, such as 30d")]
Patterns = list[Annotated[str, Meta(min_length=1, description="a table or column: app.*, users, users.phone")]]


class DropsForm(_Form, frozen=True):
    """Drops that are not all of one sort: patterns name tables and columns, with their schema or without."""

    default: Annotated[Drop, Meta(description="What becomes of those that no pattern names.")] = "drop"
    tombstone: Annotated[Patterns, Meta(description="Those that become tombstones.")] = []
    drop: Annotated[Patterns, Meta(description="Those that are dropped, unless tombstone names them.")] = []


Drops = Annotated[
    Drop | DropsForm,
    Meta(
        description="What becomes of a table or column that is no longer desired: it is dropped, or renamed to a "
        "tombstone, kept, and dropped by a revision of its own once keepDropped is over; or a mapping with patterns."
    ),
]


class EnvironmentForm(_Form, frozen=True):
    """One database that is kept at what git says."""

    url: Annotated[
        str | Elsewhere,
        Meta(
            description="A database URL, with ${VARIABLE} where a part comes from the environment; or {env} or {file}."
        ),
    ]
    policy: Annotated[
        Literal["none", "merged", "signed"],
        Meta(
            description="none: anything may be applied. merged: only revisions on the branch that is tracked. "
            "signed: only what persons signed. Where there is a trust root, its policy counts and not this."
        ),
    ] = "merged"
    branch: Annotated[
        str, Meta(pattern=BRANCH, description="the name of the git branch that this environment tracks")
    ] = "main"
    remote: Annotated[
        str | None, Meta(description="The git remote whose branch counts; without one, the local branch does.")
    ] = None
    dialect: Annotated[
        DialectName | None,
        Meta(description="Which of spec.dialects it has; without it, what its URL begins with says so."),
    ] = None
    keep_dropped: Annotated[
        Days | None,
        Meta(
            description="How many days from when it was applied here a tombstone is kept here; without it, "
            "spec.keepDropped.",
        ),
    ] = None


class DialectForm(_Form, frozen=True):
    """What one of several dialects has for itself: its revisions, and what is managed there."""

    migrations: Annotated[
        Folder | None, Meta(description="Its own Alembic script location; without it, migrations/<dialect>/.")
    ] = None
    scratch: Scratch = None
    schemas: Schemas = None
    manage: Manage = []


class UnmanagedForm(_Form, frozen=True):
    """Objects that are left alone: neither planned, nor drift. Names may hold * and ?."""

    kind: Annotated[str, Meta(description="A kind, such as table, view, sequence; * for all.")] = "*"
    schema: Annotated[str, Meta(description="The schema (namespace) they are in; * for all.")] = "*"
    name: Annotated[str, Meta(description="The name of the object, or of the table it belongs to.")] = "*"
    reason: Annotated[str, Meta(description="Why, for whoever reads the report.")] = ""


class IgnoreDriftForm(_Form, frozen=True):
    """Drift that is known and accepted until a date."""

    address: Annotated[str, Meta(description="The address as `reconcile drift` prints it; may hold * and ?.")]
    until: Annotated[datetime.date, Meta(description="The last day on which it is ignored.")]
    reason: Annotated[str, Meta(description="Why it is accepted.")]


class SpecForm(_Form, frozen=True):
    """What is desired, where revisions live, and which databases follow."""

    dialect: Annotated[DialectName | None, Meta(description="The database system of every environment.")] = None
    dialects: Annotated[
        list[DialectName] | dict[str, DialectForm | None] | None,
        Meta(
            description="In place of dialect: the database systems of a project that has several, in the order in "
            "which they are planned; a mapping says what each has for itself."
        ),
    ] = None
    desired: Annotated[
        str,
        Meta(
            min_length=1,
            description="A folder of manifests, models:package.module:Base, or flask:package.module:create_app.",
        ),
    ] = "manifests/"
    migrations: Annotated[
        Folder | None, Meta(description="The Alembic script location (without it, migrations/); schema.lock is in it.")
    ] = None
    version_table: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z_][A-Za-z0-9_$]*(\.[A-Za-z_][A-Za-z0-9_$]*)?$",
            description="the table in which Alembic keeps the revision that a database is at, with its schema if any",
        ),
    ] = "alembic_version"
    scratch: Scratch = None
    schemas: Schemas = None
    manage: Manage = []
    definers: Annotated[
        Literal["keep", "drop"],
        Meta(
            description="MySQL's: whether views, routines, triggers and events keep the definer they have, or get "
            "whoever makes them; what is dropped is said."
        ),
    ] = "keep"
    column_order: Annotated[
        Literal["follow", "ignore"], Meta(description="Whether the order of columns is part of what is desired.")
    ] = "follow"
    drops: Drops = "drop"
    keep_dropped: Annotated[
        Days, Meta(description="How many days a tombstone is kept before it may be purged.")
    ] = "30d"
    unmanaged: Annotated[list[UnmanagedForm], Meta(description="Objects that are left alone.")] = []
    ignore_drift: Annotated[list[IgnoreDriftForm], Meta(description="Drift that is accepted until a date.")] = []
    environments: Annotated[
        dict[EnvironmentName, EnvironmentForm], Meta(description="The databases, by the name used after --env.")
    ] = {}
    interval: Annotated[
        str, Meta(pattern=DURATION, description="a duration such as 30s, 5m or 1h, between rounds of `reconcile run`")
    ] = "60s"


class ProjectForm(_Form, frozen=True):
    """A project of reconcile: reconcile.yaml."""

    api_version: Literal["reconcile/v1"]
    kind: Literal["Project"]
    spec: SpecForm


def project_schema() -> dict[str, Any]:
    """The JSON Schema of `reconcile.yaml`, generated from the forms above."""
    found = schema_of(ProjectForm, "reconcile project", "Project")
    spec = found["$defs"]["Spec"]
    for form in spec["properties"]["dialects"]["anyOf"]:
        if form.get("type") == "object":
            form["propertyNames"] = {"enum": sorted(get_args(DialectName))}
    spec |= {"oneOf": [{"required": ["dialect"]}, {"required": ["dialects"]}]}
    return found


def schema_of(form: type[msgspec.Struct], title: str, name: str) -> dict[str, Any]:
    """The JSON Schema of a form and of those in it, each named without its `Form`."""
    (_, parts) = msgspec.json.schema_components([form], ref_template="#/$defs/{name}")
    named = {name.removesuffix("Form"): part for name, part in parts.items()}
    text = msgspec.json.encode(named).replace(b'Form"', b'"')
    named = msgspec.json.decode(text)
    named["Elsewhere"] |= {"oneOf": [{"required": [name]} for name in ("env", "file", "command")]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "$ref": f"#/$defs/{name}",
        "$defs": named,
    }


def schema_text(schema: dict[str, Any] | None = None) -> str:
    """The bytes of `schemas/project.schema.json`, or of another schema's file."""
    found = project_schema() if schema is None else schema
    return msgspec.json.format(msgspec.json.encode(found, order="deterministic"), indent=2).decode() + "\n"
