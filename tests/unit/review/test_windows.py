"""Windows of time at their edges, on the days when clocks are changed, and where one forbids what another allows."""

from __future__ import annotations

import datetime

import pytest

from reconciler.config.rules import Window
from reconciler.review.windows import closed

NIGHT = Window(allow=True, cron="0 22 * * 1-5", duration=4 * 3600, zone="Europe/Berlin")
CHRISTMAS = Window(allow=False, cron="0 0 24 12 *", duration=3 * 86400, zone="Europe/Berlin", reason="Christmas")


def at(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-11-26T21:59:59+01:00", False),
        ("2026-11-26T22:00:00+01:00", True),
        ("2026-11-27T01:59:59+01:00", True),
        ("2026-11-27T02:00:00+01:00", False),
        ("2026-11-26T21:30:00+00:00", True),
        ("2026-11-28T23:00:00+01:00", False),  # a Saturday
        ("2026-11-28T01:00:00+01:00", True),  # Friday's
    ],
)
def test_the_edges_of_a_window(when: str, is_open: bool) -> None:
    assert (closed([NIGHT], at(when)) == "") == is_open


@pytest.mark.parametrize(
    ("when", "is_open"),
    [
        ("2026-03-29T00:59:00+00:00", False),  # 01:59, before clocks go on
        ("2026-03-29T01:30:00+00:00", True),  # 03:30
        ("2026-10-25T00:30:00+00:00", True),  # 02:30, for the first time
        ("2026-10-25T04:00:00+00:00", False),
    ],
)
def test_days_on_which_clocks_are_changed(when: str, is_open: bool) -> None:
    early = Window(allow=True, cron="30 2 * * 0", duration=2 * 3600, zone="Europe/Berlin")
    assert (closed([early], at(when)) == "") == is_open


def test_a_window_that_forbids_wins() -> None:
    inside = at("2026-12-24T22:30:00+01:00")
    assert closed([NIGHT], inside) == ""
    assert "forbids it is open until 2026-12-26 23:00 UTC (Christmas)" in closed([NIGHT, CHRISTMAS], inside)
    assert closed([CHRISTMAS], at("2026-12-23T12:00:00+01:00")) == ""


def test_the_next_opening_is_named() -> None:
    assert "the next one opens at 2026-11-26 21:00 UTC" in closed([NIGHT], at("2026-11-26T12:00:00+00:00"))


def test_no_window_is_no_limit() -> None:
    assert closed([], at("2026-11-26T12:00:00+00:00")) == ""
