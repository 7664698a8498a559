"""Subscriptions, without the secret that they are made of: the connection.

A new one takes its connection from the service of its own name, which the server looks up in its pg_service.conf; it
connects to nobody while it is made, so neither a slot is made nor a table copied. One that goes leaves its slot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...model.changes import Alter, Create, Drop, Statement, Step
from ...model.foreign import Subscription
from ..base import Rendering
from .rendering import RENDER, commented, noun, recommented, sql
from .spelling import ident, idents, literal

DEFAULTS: Final = {
    "synchronous_commit": "off", "binary": "false", "two_phase": "false", "disable_on_error": "false",
    "origin": "any", "password_required": "true", "run_as_owner": "false", "failover": "false",
}  # fmt: skip
"""What the server takes where nothing is said; beside that, the slot has the name of the subscription, and `streaming`
is off before 18 and parallel from then on."""
FIXED: Final = frozenset({"two_phase", "failover"})
"""What is said when one is made, and cannot be changed without the other server."""


def _service(name: str) -> str:
    """The connection, as libpq reads it, that is looked up under a name."""
    escaped = name.replace("\\", "\\\\").replace("'", "\\'")
    return f"service={name}" if name.isalnum() else f"service='{escaped}'"


def _option(name: str, value: str) -> str:
    return f"{name} = {value if value == 'NONE' else literal(value)}"


@RENDER.on("create", Subscription)
def create_subscription(step: Step, context: Rendering) -> Iterator[Statement]:
    assert isinstance(step.change, Create) and isinstance(step.change.new, Subscription)
    s = step.change.new
    options = ["connect = false", *(_option(k, v) for k, v in s.options)]
    yield sql(
        f"CREATE SUBSCRIPTION {ident(s.name)} CONNECTION {literal(_service(s.name))} "
        f"PUBLICATION {idents(s.publications)} WITH ({', '.join(options)})"
    )
    if s.enabled:
        yield sql(f"ALTER SUBSCRIPTION {ident(s.name)} ENABLE")
    yield from commented(s, noun(s), ident(s.name))


@RENDER.on("alter", Subscription)
def alter_subscription(step: Step, context: Rendering) -> Iterator[Statement]:
    """Its publications are not asked anything here: REFRESH PUBLICATION is for whoever can reach the other server."""
    assert isinstance(step.change, Alter)
    old, new = step.change.old, step.change.new
    assert isinstance(old, Subscription) and isinstance(new, Subscription)
    head = f"ALTER SUBSCRIPTION {ident(new.name)}"
    if old.enabled and not new.enabled:
        yield sql(f"{head} DISABLE")
    if old.publications != new.publications:
        yield sql(f"{head} SET PUBLICATION {idents(new.publications)} WITH (refresh = false)")
    if old.options != new.options:
        streaming = "parallel" if context.profile.capabilities["parallel_streaming"] else "off"
        usual = {**DEFAULTS, "slot_name": new.name, "streaming": streaming}
        said = {k: usual[k] for k, _ in old.options} | dict(new.options)
        changed = sorted((k, v) for k, v in said.items() if dict(old.options).get(k) != v)
        yield sql(f"{head} SET ({', '.join(_option(k, v) for k, v in changed)})")
    if new.enabled and not old.enabled:
        yield sql(f"{head} ENABLE")
    yield from recommented(step, noun(new), ident(new.name))


@RENDER.on("drop", Subscription)
def drop_subscription(step: Step, context: Rendering) -> Iterator[Statement]:
    """Without a word to the other server, so that it can be done in a transaction, and where that server is gone."""
    assert isinstance(step.change, Drop) and isinstance(step.change.old, Subscription)
    s = step.change.old
    if s.enabled:
        yield sql(f"ALTER SUBSCRIPTION {ident(s.name)} DISABLE")
    if dict(s.options).get("slot_name") != "NONE":
        yield sql(f"ALTER SUBSCRIPTION {ident(s.name)} SET (slot_name = NONE)")
    yield sql(f"DROP SUBSCRIPTION {ident(s.name)}")
