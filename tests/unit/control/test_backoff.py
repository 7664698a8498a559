"""How long what went wrong is left alone."""

from __future__ import annotations

import pytest

from reconciler.control.backoff import Trouble, pause


def middle(low: float, high: float) -> float:
    return (low + high) / 2


@pytest.mark.parametrize(
    ("trouble", "pauses"),
    [
        ("", [60, 60, 60]),
        ("passing", [60, 120, 240, 480, 600, 600]),
        ("refused", [60, 120, 240, 480, 600, 600]),
        ("failed", [1800, 3600, 7200, 14400, 28800, 57600, 86400, 86400]),
    ],
)
def test_pauses_double_up_to_a_bound(trouble: Trouble, pauses: list[float]) -> None:
    assert [pause(60, trouble, n + 1, middle) for n in range(len(pauses))] == pytest.approx(pauses)


def test_an_interval_above_the_bound_is_kept() -> None:
    assert pause(3600, "passing", 1, middle) == pause(3600, "passing", 9, middle) == pytest.approx(3600)


def test_chance_moves_a_pause_by_a_tenth() -> None:
    assert pause(60, "", 1, min) == pytest.approx(54) and pause(60, "", 1, max) == pytest.approx(66)


def test_no_number_of_troubles_is_too_large() -> None:
    assert pause(1, "failed", 10**6, middle) == pytest.approx(86_400)
