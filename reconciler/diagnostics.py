"""Findings: what a check has to say about one place, collected rather than raised one by one."""

from __future__ import annotations

from typing import Literal

import msgspec

Level = Literal["error", "warning", "note"]


class Span(msgspec.Struct, frozen=True, order=True):
    """A place in a text: the file as the user named it, line and column counted from 1 (0: not known)."""

    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}" + (f":{self.column}" if self.column else "")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing worth saying: its rule, where it is (span and address), what, why, and what to type next."""

    rule: str
    message: str
    level: Level = "error"
    span: Span = Span()
    address: str = ""
    why: str = ""
    next: str = ""

    def __str__(self) -> str:
        place = str(self.span)
        subject = f"{self.address}: " if self.address else ""
        text = f"{place}: " if place else ""
        text += f"{self.level}: {subject}{self.message} [{self.rule}]"
        if self.why:
            text += f"\n    why: {self.why}"
        if self.next:
            text += f"\n    next: {self.next}"
        return text


def in_order(findings: list[Finding]) -> list[Finding]:
    """The findings by file, line and address, so that a run prints the same on every machine."""
    return sorted(findings, key=lambda f: (f.span, f.address, f.rule, f.message))


def has_errors(findings: list[Finding]) -> bool:
    return any(f.level == "error" for f in findings)
