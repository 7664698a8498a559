"""A plan as an Alembic revision file: the same bytes for the same plan, on every machine and at every time.

The file imports alembic and sqlalchemy, and never this program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from ..dialects.base import Dialect
from ..model.changes import Create, Drop, Rebuild, Rename, Step, subject, verb
from ..model.codec import digest, fingerprint
from ..model.profile import Profile
from ..plan.plan import Plan
from ..sources.revisions import marked
from .code import WIDTH
from .enforcement import unframed
from .operations import Operation, Style, body, imported, operations
from .sql import comment_safe, rendered_steps, rendering

_MARK: Final = "# <mark>"  # the first line, so that nothing which others wrote can stand before it
_MESSAGE_LENGTH: Final = 200
_NAMED_STEPS: Final = 4


class RevisionFile(msgspec.Struct, frozen=True, kw_only=True):
    """A revision as it is to be written: `path` is its folder and file name."""

    id: str
    path: str
    text: bytes
    message: str


def revision_file(
    up: Plan,
    down: Plan,
    dialect: Dialect,
    profile: Profile,
    *,
    after: tuple[str, ...],
    message: str | None = None,
    style: Style = "idiomatic",
    folder: str = "versions",
    phase: str = "",
) -> RevisionFile:
    """The revision that takes the heads `after` from `up.old` to `up.new`, and back as `down` says."""
    own = revision_id(up, after, phase)
    said = sanitised(message or "") or sanitised(default_message(up, profile))
    text = _file(own, said, after, _Half(up, dialect, profile, style), _Half(down, dialect, profile, style))
    path = f"{folder}/{own}_{slug(said)}.py" if folder else f"{own}_{slug(said)}.py"
    return RevisionFile(id=own, path=path, text=marked(text, _MARK).encode(), message=said)


def revision_id(up: Plan, after: tuple[str, ...], phase: str = "") -> str:
    """Twelve hexadecimal digits from what it comes after, both schemas and the phase."""
    parts = [*sorted(after), fingerprint(up.old), fingerprint(up.new), phase]
    return digest(*(p.encode() for p in parts))[:12]


class _Half:
    """One direction of a revision: its calls, and what it loses."""

    def __init__(self, plan: Plan, dialect: Dialect, profile: Profile, style: Style) -> None:
        context = rendering(plan, profile)
        steps, self.frame = unframed(rendered_steps(plan, dialect, profile))
        self.calls: list[Operation] = list(operations(steps, context, style if dialect.operations else "sql"))
        impacts = ((s, dialect.impact(s, context)) for s in plan.steps)
        self.losses = [(subject(s.change).address.dotted, i.loses) for s, i in impacts if i.loses]

    def body(self) -> list[str]:
        return self.frame.around(body(self.calls, self.frame.depth))


def _file(own: str, message: str, after: Sequence[str], up: _Half, down: _Half) -> str:
    needed = imported([*up.calls, *down.calls])
    lines = [
        _MARK,
        *_docstring(own, message, after, up),
        "",
        *_imports(needed),
        "",
        f'revision = "{own}"',
        f"down_revision = {_down_revision(after)}",
        "branch_labels = None",
        "depends_on = None",
        *_function("upgrade", up, ()),
        *_function("downgrade", down, _cannot_return(up)),
    ]
    return "\n".join(lines) + "\n"


def _docstring(own: str, message: str, after: Sequence[str], up: _Half) -> Iterator[str]:
    yield f'"""{message}'
    yield ""
    if up.losses:
        yield "Destroys:"
        yield from (_cut(f"- {_loss(name, what)}") for name, what in up.losses)
        yield ""
    yield f"Revision ID: {own}"
    yield f"Revises: {', '.join(map(sanitised, after))}".rstrip()
    yield '"""'


def _loss(name: str, what: str) -> str:
    return sanitised(f"{name}: {what}")


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def _imports(needed: set[str]) -> Iterator[str]:
    if "sa" in needed:
        yield "import sqlalchemy as sa"
    yield "from alembic import op"
    if dialects := sorted(needed - {"sa"}):
        yield f"from sqlalchemy.dialects import {', '.join(dialects)}"


def _down_revision(after: Sequence[str]) -> str:
    quoted = [f'"{sanitised(a)}"' for a in after]
    return "None" if not quoted else quoted[0] if len(quoted) == 1 else f"({', '.join(quoted)})"


def _function(name: str, half: _Half, notes: Sequence[str]) -> Iterator[str]:
    yield from ("", "", f"def {name}() -> None:")
    yield from (f"    # {_cut(comment_safe(note))}" for note in notes)
    yield from half.body() or ["    pass"]


def _cannot_return(up: _Half) -> list[str]:
    """What a downgrade has to say about data that the upgrade destroyed."""
    if not up.losses:
        return []
    return ["This brings definitions back, not the data that upgrade() destroyed:", *(f"- {n}" for n, _ in up.losses)]


def sanitised(message: str) -> str:
    """A message on one line without quotes, backslashes and what does not print, fit for a docstring."""
    kept = "".join(" " if c.isspace() or not c.isprintable() else c for c in message)
    text = " ".join(re.sub(r"[\"'\\`]", "", kept).split())
    return text if len(text) <= _MESSAGE_LENGTH else text[: _MESSAGE_LENGTH - 1].rstrip() + "…"


def slug(message: str) -> str:
    """The message as a part of a file name: at most 40 of a-z, 0-9 and underscore."""
    found = re.sub(r"[^a-z0-9]+", "_", message.lower()).strip("_")
    return found[:40].strip("_") or "change"


def default_message(plan: Plan, profile: Profile) -> str:
    """What the steps do, the first few by name: `add users.nickname, drop table legacy`."""
    both = {s.change.old.address for s in plan.steps if isinstance(s.change, Drop)} & {
        s.change.new.address for s in plan.steps if isinstance(s.change, Create)
    }
    said = [
        _words(s, profile, subject(s.change).address in both)
        for s in plan.steps
        if not s.reason and not (isinstance(s.change, Drop) and s.change.old.address in both)
    ]
    more = len(said) - _NAMED_STEPS
    return ", ".join(said[:_NAMED_STEPS]) + (f" and {more} more" if more > 0 else "") or "no change"


def _words(step: Step, profile: Profile, replaced: bool) -> str:
    change = step.change
    what = subject(change)
    if isinstance(change, Rename):
        if change.old.address == change.new.address:
            return f"rename values of {_name(what.kind, what.address.dotted, profile)}"
        return f"rename {_name(what.kind, change.old.address.dotted, profile)} to {change.new.name}"
    known: str = verb(change)
    action = "replace" if replaced else "change" if isinstance(change, Rebuild) or known == "alter" else known
    name = _name(what.kind, what.address.dotted, profile)
    return f"{'add' if action == 'create' and what.parent is not None else action} {name}"


def _name(kind: str, dotted: str, profile: Profile) -> str:
    short = dotted.removeprefix(f"{profile.default_schema}.") if profile.default_schema else dotted
    return short if kind == "column" else f"{kind.replace('_', ' ')} {short}"
