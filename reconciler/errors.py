"""What goes wrong, and the exit code each class of trouble has.

An error says what, where, why and what to type next. Nothing here knows a database or a console.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

if TYPE_CHECKING:
    from .diagnostics import Finding

OK: Final = 0
ERROR: Final = 1
CHANGES: Final = 2
REFUSED: Final = 3
BUSY: Final = 4
INTERRUPTED: Final = 5

UNSEEN: Final = (
    r"\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
)
"""What nobody sees in a text, and what turns or joins what is around it: for a class of a regular expression."""


class ReconcileError(Exception):
    """Something a person can act on: `what` happened, `where`, `why`, and the `next` thing to type.

    None of the texts may hold a secret; URLs pass through `config.secrets.masked` first.
    """

    exit_code: ClassVar[int] = ERROR

    def __init__(self, what: str, *, where: str = "", why: str = "", next: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.why = why
        self.next = next

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        lines = [head]
        if self.why:
            lines.append(f"  why: {self.why}")
        if self.next:
            lines.append(f"  next: {self.next}")
        return "\n".join(lines)


class InputError(ReconcileError):
    """Bad input with every finding of one run, in order of file and line."""

    def __init__(
        self, what: str, findings: Sequence[Finding] = (), *, where: str = "", why: str = "", next: str = ""
    ) -> None:
        super().__init__(what, where=where, why=why, next=next)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        head = super().__str__()
        return "\n".join([head, *(str(f) for f in self.findings)])


class ForbiddenError(InputError):
    """What is asked for is understood, and findings say why it must not be done."""

    exit_code = REFUSED


class RefusedError(ReconcileError):
    """The act is understood and not allowed: policy, stale plan, destruction nobody asked for."""

    exit_code = REFUSED


class NotYetError(RefusedError):
    """Not allowed as things stand: it will be, once somebody approves or resumes, or the time comes."""


class BusyError(ReconcileError):
    """Somebody else holds what is needed (the apply lock, a table lock, a locked file)."""

    exit_code = BUSY


class InterruptedRunError(ReconcileError):
    """A person or the system stopped the work; what was done is journalled and can be carried on."""

    exit_code = INTERRUPTED


class DatabaseError(ReconcileError):
    """A statement the server refused, or a connection that could not be made.

    `code` is the server's own (SQLSTATE, errno, SQLite's extended result name); `statement` the text that was run.
    """

    def __init__(
        self, what: str, *, code: str = "", statement: str = "", where: str = "", why: str = "", next: str = ""
    ) -> None:
        super().__init__(what, where=where, why=why, next=next)
        self.code = code
        self.statement = statement

    def __str__(self) -> str:
        head = super().__str__()
        return f"{head}\n  statement: {self.statement}" if self.statement else head
