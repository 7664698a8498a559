"""Databases that nothing is applied to, refused before anything is done: read-only ones, and those reached wrongly."""

from __future__ import annotations

import pytest

from reconciler.errors import RefusedError
from tests.unit.apply.places import Place, history, revision

A = revision("a000", 'op.execute("CREATE TABLE t (x INTEGER)")')


def test_a_database_that_is_read_only_is_refused(pg_place: Place) -> None:
    name = pg_place.rows("SELECT current_database()")[0][0]
    pg_place.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(RefusedError) as error:
        pg_place.apply(history(a=A))
    assert error.value.exit_code == 3 and "default_transaction_read_only" in error.value.why


def test_a_role_whose_names_mean_another_schema_is_refused_unless_the_url_says_so(pg_place: Place) -> None:
    name = pg_place.rows("SELECT current_database()")[0][0]
    pg_place.execute("CREATE SCHEMA app", f"ALTER DATABASE {name} SET search_path = app, public")
    with pytest.raises(RefusedError) as error:
        pg_place.apply(history(a=A))
    assert "search_path is app, public" in error.value.why
    pg_place.url += "&options=-csearch_path%3Dpublic"
    pg_place.apply(history(a=A))
    assert pg_place.rows("SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 't'") == [("public",)]


def test_a_file_that_is_opened_read_only_is_refused(lite_place: Place) -> None:
    lite_place.apply(history(a=A))
    more = history(a=A, b=revision("b000", 'op.execute("CREATE TABLE u (x INTEGER)")', down="a000"))
    with lite_place.session(read_only=True) as session, pytest.raises(RefusedError) as error:
        lite_place.apply(more, session=session)
    assert error.value.exit_code == 3 and "cannot be written to" in error.value.why


