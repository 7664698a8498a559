"""The rows that stand in the way of a change, told. Samples come from others' data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..model.probes import Probed
from .sql import comment_safe

_ALONE: Final = 3
"""How many questions that nobody answered, all for one reason, are said one by one."""
Answers = Mapping[str, Sequence[Probed]]
"""By environment."""


def rows_text(answers: Answers) -> list[str]:
    """What stands in the way where; a line for all that nothing stands in the way of."""
    told = [line for name, found in answers.items() for line in _told(name, found)]
    clear = [name for name, found in answers.items() if found and all(a.fails is False for a in found)]
    return [*told, *([f"no row stands in the way in {', '.join(clear)}"] if clear else [])]


def _told(name: str, found: Sequence[Probed]) -> Iterator[str]:
    unknown: dict[str, list[Probed]] = {}
    for answer in found:
        if answer.fails:
            yield comment_safe(f"{name}: {answer}: it would fail there")
            yield from (f"    {line}" for line in _samples(answer))
        elif answer.fails is None:
            unknown.setdefault(answer.why, []).append(answer)
    for why, answers in unknown.items():
        if len(answers) <= _ALONE:
            yield from (comment_safe(f"{name}: {answer}") for answer in answers)
        else:
            tables = list(dict.fromkeys(a.table for a in answers))
            more = f" and {len(tables) - _ALONE} more tables" if len(tables) > _ALONE else ""
            asked = f"not counted: {len(answers)} questions about rows of {', '.join(tables[:_ALONE])}{more}"
            yield comment_safe(f"{name}: {asked} ({why})")


def _samples(answer: Probed) -> Iterator[str]:
    for row in answer.samples:
        yield comment_safe(", ".join(f"{key} = {value}" for key, value in zip(answer.keys, row, strict=False)))
