"""Push: a plan from live to desired, carried out at once under the lock."""

from __future__ import annotations

from collections.abc import Callable

from ..apply.probing import in_the_way, probed, probes_of, told
from ..apply.push import Pushed, push
from ..apply.work import Event, Target
from ..dialects.registry import dialect_of_url, is_url
from ..errors import ReconcileError, RefusedError
from .actor import actor
from .compare import Comparison, compare, profile_of
from .sides import Side, pair
from .tombstones import keeping, kept
from .workspace import Workspace


def prepared(
    ws: Workspace, target: str, source: str | None, *, follow_order: bool
) -> tuple[Comparison, tuple[Side, Side], str]:
    """The comparison, both sides, and the URL to write to. Raises RefusedError for a protected environment."""
    url = _url(ws, target)
    wanted = source or _desired(ws)
    with dialect_of_url(url).connect(url, create=True):
        pass  # a SQLite file that is not there yet is made here, and only here
    before, after, dialect = pair(url, wanted, ws, dialect=None)
    if after.written:
        profile = profile_of(dialect, before.catalog, after.catalog)
        after = keeping(before.catalog, after, profile, kept=kept(ws))
    return compare(before, after, dialect, follow_order=follow_order), (before, after), url


def carried_out(
    found: Comparison, url: str, ws: Workspace, *, wait: float, progress: Callable[[Event], None]
) -> Pushed:
    """Executes the plan; live must be what was planned from before it, and what was planned after it.

    Raises RefusedError, with nothing done, where rows that are there would let it fail half way.
    """
    _require_rows(found, url)
    scope = ws.suited(found.dialect.name).scope
    target = Target(environment="", version_table=_version_table(ws), scope=scope)
    with dialect_of_url(url).connect(url, create=True) as session:
        return push(
            session, found.dialect, target, found.work(), expected=found.plan.new, planned_from=found.plan.old,
            wait_seconds=wait, actor=actor(ws), progress=progress,
        )  # fmt: skip


def _require_rows(found: Comparison, url: str) -> None:
    probes = probes_of(found.plan, found.dialect, found.profile)
    if not probes:
        return
    with found.dialect.connect(url, read_only=True) as session:
        sure = in_the_way(probed(session, probes))
        if sure:
            raise RefusedError(
                "rows stand in the way of what is to be pushed",
                where=session.target,
                why=f"nothing was done: it would fail on\n    {told(sure)}",
                next="mend those rows, or give a column that is added a default; then the same command",
            )


def _version_table(ws: Workspace) -> str:
    return ws.project.version_table if ws.project is not None else "alembic_version"


def _url(ws: Workspace, target: str) -> str:
    if target.startswith("env:"):
        environment = ws.environment(target.removeprefix("env:"))
        if environment.policy != "none":
            raise RefusedError(
                f"{environment.name} is not pushed to: its policy is {environment.policy!r}",
                where=str(environment.span),
                why="what it gets goes through a revision that people review",
                next=f"reconcile plan --write, then reconcile apply --env {environment.name}",
            )
        return environment.url()
    if not is_url(target):
        raise ReconcileError(f"{target} is not a database", next="give a database URL or env:NAME")
    _require_unprotected(ws, target)
    return target


def _require_unprotected(ws: Workspace, url: str) -> None:
    """The URL of a protected environment, written out, is that environment all the same."""
    for environment in ws.every_environment if ws.project is not None else ():
        if environment.policy == "none":
            continue
        try:
            same = _plain(environment.url()) == _plain(url)
        except ReconcileError:
            continue
        if same:
            _url(ws, f"env:{environment.name}")


def _plain(url: str) -> str:
    scheme, _, rest = url.partition("://")
    name = "postgresql" if scheme.startswith("postgres") else scheme.split("+")[0]
    return f"{name}://{rest.rpartition('@')[2].rstrip('/')}"


def _desired(ws: Workspace) -> str:
    if ws.project is None:
        raise ReconcileError("nothing says what is desired", next="add --from SOURCE, or work in a project")
    return ws.desired_source()
