"""What forms no history is refused, with every file that is in it."""

from __future__ import annotations

import pytest

from reconciler.errors import InputError, RefusedError
from tests.unit.apply.places import history, revision


def test_an_id_that_two_files_have() -> None:
    with pytest.raises(InputError) as error:
        history(a=revision("a000", "pass"), b=revision("a000", "pass"))
    assert "versions/b.py: error: revision id a000 is also that of versions/a.py" in str(error.value)


def test_a_revision_that_comes_after_one_that_is_not_there() -> None:
    with pytest.raises(InputError) as error:
        history(a=revision("a000", "pass"), b=revision("b000", "pass", down="gone"))
    assert "versions/b.py: error: b000 comes after gone, which is not there" in str(error.value)


def test_revisions_that_form_a_ring() -> None:
    with pytest.raises(InputError) as error:
        history(
            a=revision("a000", "pass"), b=revision("b000", "pass", down=("a000", "c000")),
            c=revision("c000", "pass", down="b000"),
        )  # fmt: skip
    said = str(error.value)
    assert "ring" in said and "b000" in said and "versions/b.py" in said and "versions/c.py" in said
    assert "versions/a.py" not in said


def test_two_heads_are_both_named() -> None:
    found = history(
        a=revision("a000", "pass"), b=revision("b000", "pass", down="a000"), c=revision("c000", "pass", down="a000")
    )
    with pytest.raises(RefusedError) as error:
        _ = found.head
    assert error.value.exit_code == 3 and "b000 (versions/b.py), c000 (versions/c.py)" in error.value.what
