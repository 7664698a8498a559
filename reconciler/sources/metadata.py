"""SQLAlchemy models and Flask applications as units: their own CREATE statements, as SQLAlchemy says them.

The application runs in a child process, whose output is kept apart and whose end is waited for only so long.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import msgspec

from ..config.secrets import scrubbed
from ..diagnostics import Finding, Span, in_order
from ..dialects.base import Dialect
from ..errors import ReconcileError
from ..model import codec
from ..model.address import Address
from ..model.namespaces import Schema
from .context import SourceContext
from .written import Unit, WordIndex, Written

TIMEOUT_VARIABLE: Final = "RECONCILE_MODELS_TIMEOUT"
_TIMEOUT: Final = 60.0
_BOOT: Final = (
    "import sys; sys.path.insert(0, sys.argv[2]); from reconciler.sources.child import main; "
    "del sys.path[0]; main(sys.argv[1])"
)
_COMPLETE: Final = frozenset({"table"})
"""Models say every table there is to be; a trigger or a view of somebody's revision is none of their business."""


def load_models(target: str, context: SourceContext) -> Written:
    """`package.module:Base`: a declarative base, a MetaData, or a list of them; several joined by commas."""
    return _load("models", target, context)


def load_flask(target: str, context: SourceContext) -> Written:
    """`package.module:create_app`, `#bind` behind it for another than the default database."""
    return _load("flask", target, context)


def _load(form: str, target: str, context: SourceContext) -> Written:
    dialect = _dialect(form, target, context)
    profile = dialect.profile(context.version)
    request = {
        "form": form,
        "target": target,
        "dialect": dialect.alembic or dialect.name,
        "name": dialect.name,
        "portable": context.portable,
        "functions": sorted(dialect.emulation.functions()) if dialect.emulation.functions is not None else None,
        "default_schema": profile.default_schema,
        "hidden": sorted(context.scope.hidden),
        "paths": _paths(context),
    }
    origin = f"{form}:{target}"
    answer = _answer(request, origin, context)
    schemas = _schemas(answer["units"], profile.implicit)
    units = [*schemas, *_units(answer["units"], context)]
    return Written(
        units=tuple(sorted(units, key=lambda u: u.address)),
        names={Address(kind, schema, name, parent): old for kind, schema, name, parent, old in answer["names"]},
        findings=tuple(in_order([*map(_finding(context), answer["findings"]), *_about_binds(answer["facts"], origin)])),
        origin=origin,
        facts=answer["facts"],
        complete=_COMPLETE,
    )


def _dialect(form: str, target: str, context: SourceContext) -> Dialect:
    if context.dialect is None:
        raise ReconcileError(
            f"{form}:{target} can be read for any dialect", next="add --dialect postgresql, sqlite or mysql"
        )
    return context.dialect


def _paths(context: SourceContext) -> list[str]:
    """Where modules are looked for first: here, in the project, and in its `src`."""
    places = [context.cwd, context.root, context.root / "src"]
    return list(dict.fromkeys(str(p) for p in places if p.is_dir()))


def _units(answers: Iterable[Mapping[str, Any]], context: SourceContext) -> Iterator[Unit]:
    index = WordIndex()
    for a in answers:
        address = Address(*a["unit"])
        statements, late = tuple(a["statements"]), tuple(a["late"])
        parts = [json.dumps([statements, late], ensure_ascii=False).encode(errors="surrogatepass")]
        yield Unit(
            address=address,
            digest=codec.digest(*parts),
            statements=statements,
            late=late,
            needs=tuple(Address(*n) for n in a["needs"]),
            words=frozenset().union(*(index[s] for s in (*statements, *late))) - {address.name},
            spans={address: _span(a["place"], context)},
        )


def _schemas(answers: Iterable[Mapping[str, Any]], implicit: Any) -> Iterator[Unit]:
    """The schemas that the models are in."""
    for name in sorted({a["unit"][1] for a in answers} - {""}):
        schema = Schema(name=name)
        if not implicit(schema.address):
            yield Unit(address=schema.address, digest=codec.digest(codec.encoded(schema)), objects=(schema,))


def _span(place: list[Any], context: SourceContext) -> Span:
    file, line = place
    path = Path(file) if file else None
    if path is not None and path.is_relative_to(context.cwd):
        path = path.relative_to(context.cwd)
    return Span(str(path), line) if path is not None else Span()


def _finding(context: SourceContext) -> Any:
    def finding(a: dict[str, Any]) -> Finding:
        address = str(Address(*a["address"])) if a["address"][2] else ""
        more = {k: scrubbed(a[k]) for k in ("why", "next") if k in a}
        return Finding(
            rule=a["rule"],
            message=scrubbed(a["message"]),
            level=a["level"],
            span=_span(a["place"], context),
            address=address,
            **more,
        )

    return finding


def _about_binds(facts: Mapping[str, Any], origin: str) -> Iterator[Finding]:
    for bind, count in sorted(facts.get("other_binds", {}).items()):
        yield Finding(
            rule="models",
            level="note",
            message=f"the bind {bind} has {count} tables that are not read here",
            next=f"read them with {origin.partition('#')[0]}#{bind}",
        )


# The child process.


def _answer(request: dict[str, Any], origin: str, context: SourceContext) -> dict[str, Any]:
    """What the child says; raises ReconcileError where the application cannot be read."""
    with TemporaryDirectory(prefix="reconcile-models-") as name:
        folder = Path(name)
        (folder / "request.json").write_text(json.dumps(request))
        status = _run(folder, origin, context)
        try:
            answer: dict[str, Any] = msgspec.json.decode((folder / "answer.json").read_bytes())
        except (OSError, msgspec.DecodeError):
            said = _tail(folder / "output")
            why = f"it ended with {_status(status)}" + (f"; it said last:\n{said}" if said else "")
            raise ReconcileError(f"{origin} ended the process that read it", why=why, next=_try(origin)) from None
    error = answer.get("error")
    if error:
        what, why = scrubbed(error["what"]), scrubbed(error.get("why", ""))
        if error.get("crash"):
            raise ReconcileError(f"{origin} cannot be imported: {what}", why=why, next=_try(origin))
        raise ReconcileError(what, where=origin, why=why, next=error.get("next") or _try(origin))
    return answer


def _run(folder: Path, origin: str, context: SourceContext) -> int:
    """The child's exit status; it and all that it started are stopped when the time is up, or when it has answered."""
    package = str(Path(__file__).resolve().parents[2])
    command = [sys.executable, "-P", "-c", _BOOT, str(folder), package]
    seconds = _seconds()
    with (folder / "output").open("wb") as output:
        child = subprocess.Popen(
            command,
            cwd=context.cwd,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            return child.wait(seconds)
        except subprocess.TimeoutExpired:
            why = f"it was given {seconds:g} s; something in it may wait for a server or for input"
            next_step = f"{_try(origin)}; or give it longer with {TIMEOUT_VARIABLE}=300"
            raise ReconcileError(f"{origin} did not come to an end", why=why, next=next_step) from None
        finally:
            with suppress(OSError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _seconds() -> float:
    try:
        return max(0.1, float(os.environ.get(TIMEOUT_VARIABLE, _TIMEOUT)))
    except ValueError:
        return _TIMEOUT


def _tail(file: Path) -> str:
    with suppress(OSError):
        lines = file.read_bytes()[-4000:].decode(errors="replace").rstrip().splitlines()
        return scrubbed("\n".join(lines[-8:]))
    return ""


def _status(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    with suppress(ValueError):
        return f"signal {signal.Signals(-status).name}"
    return f"signal {-status}"


def _try(origin: str) -> str:
    """What to type to see the trouble alone."""
    form, _, target = origin.partition(":")
    module = target.partition(":")[0]
    return f"flask --app {target.partition('#')[0]} routes" if form == "flask" else f'python -c "import {module}"'
