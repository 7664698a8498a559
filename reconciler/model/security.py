"""Who may do what with rows: policies. Grants, owners and roles are read only where a project asks for them."""

from typing import Literal

from .objects import Child, register


@register
class Policy(Child, frozen=True, kw_only=True):
    """A row-level security policy of a table; `using` and `check` without outer brackets, `roles` sorted."""

    command: Literal["all", "select", "insert", "update", "delete"] = "all"
    permissive: bool = True
    roles: tuple[str, ...] = ("public",)
    using: str | None = None
    check: str | None = None
