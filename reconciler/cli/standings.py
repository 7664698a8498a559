"""How an environment stands, as text and as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .console import Console

if TYPE_CHECKING:
    from ..control.conditions import Condition, Standing

_STYLES = {
    "Synced": "good", "Unmanaged": "note", "Unmodelled": "note", "Tombstones": "note", "Pending": "warning",
    "Unplanned": "warning",
}  # fmt: skip
_MOST = 10


def as_data(stands: Standing) -> dict[str, Any]:
    """For JSON."""
    return {
        "environment": stands.environment,
        "revision": stands.revision,
        "head": stands.head,
        "synced": stands.synced,
        "healthy": stands.healthy,
        "conditions": stands.conditions,
    }


def standing_text(stands: Standing, console: Console, *, brief: bool = False) -> str:
    """A line for the environment, and one for each condition with what it is about and what to type next."""
    at = ", ".join(stands.revision) or "no revision"
    head = f" of {stands.head}" if stands.head and (stands.head,) != stands.revision else ""
    unread = not stands.revision and any(c.type == "Unreachable" for c in stands.conditions)
    lines = [console.style(stands.environment, "strong") + ("" if unread else f" at {at}{head}")]
    for condition in stands.conditions:
        lines += _condition(condition, console, brief)
    return "\n".join(lines)


def _condition(c: Condition, console: Console, brief: bool) -> list[str]:
    name = console.style(c.type, _STYLES.get(c.type, "error"))
    lines = [f"  {name} ({c.reason}): {c.message}"]
    if c.type not in ("Pending", "Ahead") and not brief:
        lines += [f"      {o}" for o in c.objects[:_MOST]]
        if len(c.objects) > _MOST:
            lines.append(f"      and {len(c.objects) - _MOST} more")
    if c.next:
        lines.append(f"      next: {c.next}")
    return lines
