"""What a proof makes on scratch: what a plan touches, what hangs on it, what all of it needs, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.address import Address
from reconciler.prove.neighbourhood import neighbourhood
from tests.proof.emit_world import World, sqlite_world

OLD = """create table countries (id integer primary key);
create table cities (id integer primary key, country integer references countries (id));
create table people (id integer primary key, city integer references cities (id), name text);
create table pets (id integer primary key, owner integer references people (id));
create table rocks (id integer primary key);
create view names as select name from people
"""


@pytest.fixture
def world(tmp_path: Path) -> World:
    return sqlite_world(tmp_path)


def tables(world: World, new: str, **names: str) -> tuple[set[str], set[str]]:
    wanted = {Address("table", "", n): o for n, o in names.items()}
    part = neighbourhood(world.plans(OLD, new, wanted)[0])
    return ({a.name for a in part.base if not a.parent}, {a.name for a in part.target if not a.parent})


def test_only_what_a_change_concerns(world: World) -> None:
    base, target = tables(world, OLD.replace("name text", "name text, age integer"))
    assert base == target == {"people", "cities", "pets", "names"}


def test_a_renamed_table_is_in_both_under_its_names(world: World) -> None:
    base, target = tables(world, OLD.replace("rocks", "stones"), stones="rocks")
    assert (base, target) == ({"rocks"}, {"stones"})


def test_a_new_table_needs_what_it_refers_to(world: World) -> None:
    base, target = tables(world, OLD + ";\ncreate table gems (r integer references rocks (id))")
    assert (base, target) == ({"rocks"}, {"rocks", "gems"})


def test_full_is_everything(world: World) -> None:
    part = neighbourhood(world.plans(OLD, OLD)[0], full=True)
    assert len({a.name for a in part.base if not a.parent}) == 6
