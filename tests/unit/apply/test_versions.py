"""The version table is Alembic's: whoever of the two moved it last, the other carries on."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from reconciler.apply import versions
from reconciler.sources.revisions import History, history_of
from tests.unit.apply.places import Place, revision

_ENV = """
from alembic import context
from sqlalchemy import create_engine
with create_engine(context.config.get_main_option("url")).connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
"""
DIAMOND = {
    "a": revision("aaaa", 'op.execute("CREATE TABLE a (x INTEGER)")'),
    "b": revision("bbbb", 'op.execute("CREATE TABLE b (x INTEGER)")', down="aaaa"),
    "c": revision("cccc", 'op.execute("CREATE TABLE c (x INTEGER)")', down="aaaa"),
    "d": revision("dddd", "pass", down=("bbbb", "cccc")),
    "e": revision("eeee", 'op.execute("CREATE TABLE e (x INTEGER)")', down="dddd"),
}


def alembic(folder: Path, url: str, files: dict[str, bytes]) -> Config:
    (folder / "versions").mkdir(parents=True, exist_ok=True)
    (folder / "env.py").write_text(_ENV)
    for name, text in files.items():
        (folder / "versions" / f"{name}.py").write_bytes(text)
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("url", url.replace("postgresql://", "postgresql+psycopg://").replace("%", "%%"))
    return config


def graph(files: dict[str, bytes]) -> History:
    return history_of({f"versions/{name}.py": text for name, text in files.items()})


def rows(place: Place) -> set[str]:
    return {v for (v,) in place.rows("SELECT version_num FROM alembic_version")}


def test_the_table_is_made_as_alembic_makes_it(place: Place, tmp_path: Path) -> None:
    place.apply(graph(DIAMOND), to="aaaa")
    ours = place.rows(_SHAPE[place.name])
    place.execute("DROP TABLE alembic_version", "DROP TABLE a")
    command.upgrade(alembic(tmp_path / "m", place.url, DIAMOND), "aaaa")
    assert place.rows(_SHAPE[place.name]) == ours


_SHAPE = {
    "sqlite": "SELECT replace(replace(sql, char(10), ''), '\t', '') IS NOT NULL, tbl_name FROM sqlite_schema "
    "WHERE tbl_name = 'alembic_version'",
    "postgresql": "SELECT column_name, data_type, character_maximum_length, is_nullable, constraint_name "
    "FROM information_schema.columns JOIN information_schema.key_column_usage USING (table_name, column_name) "
    "WHERE table_name = 'alembic_version'",
}


def test_a_merge_takes_the_place_of_its_parents(place: Place) -> None:
    files = dict(DIAMOND)
    del files["d"], files["e"]
    place.apply(graph(files), to="bbbb")
    assert rows(place) == {"bbbb"}
    place.apply(graph(files), to="cccc")
    assert rows(place) == {"bbbb", "cccc"}
    assert place.apply(graph(DIAMOND)).applied == ("dddd", "eeee")
    assert rows(place) == {"eeee"}


@pytest.mark.parametrize("steps", [("us", "alembic"), ("alembic", "us"), ("us", "alembic", "us", "alembic", "us")])
def test_alembic_and_we_take_turns(place: Place, tmp_path: Path, steps: tuple[str, ...]) -> None:
    config = alembic(tmp_path / "m", place.url, DIAMOND)
    order = ["aaaa", "bbbb", "cccc", "dddd", "eeee"]
    ends = [order[(i + 1) * len(order) // len(steps) - 1] for i in range(len(steps))]
    for who, end in zip(steps, ends, strict=True):
        if who == "us":
            place.apply(graph(DIAMOND), to=end)
        else:
            command.upgrade(config, end)
    assert rows(place) == {"eeee"}
    assert place.apply(graph(DIAMOND)).applied == ()


def random_graph(pick: random.Random) -> tuple[dict[str, bytes], list[str]]:
    """Nine revisions; no link to one that another link leads to anyway, which Alembic fails on (KeyError)."""
    ids = [f"r{i:03d}" for i in range(9)]
    before: dict[str, set[str]] = {}
    files: dict[str, bytes] = {}
    for i, name in enumerate(ids):
        links: list[str] = []
        for candidate in pick.sample(ids[:i], min(i, 3)):
            if all(candidate not in before[x] and x not in before[candidate] for x in links):
                links.append(candidate)
        links = links[: pick.choice([1, 1, 2, 3])]
        depends = links.pop() if len(links) > 1 and pick.random() < 0.4 else None
        before[name] = set().union(*({x} | before[x] for x in [*links, *([depends] if depends else [])]))
        more = f"depends_on = {depends!r}" if depends else ""
        files[name] = revision(name, "pass", down=tuple(sorted(links)) or None, more=more)
    return files, ids


@pytest.mark.parametrize("seed", range(12))
def test_the_rows_are_alembics_on_any_graph(lite_place: Place, tmp_path: Path, seed: int) -> None:
    """Random graphs with branches, merges and dependencies; each end is reached by Alembic and by us."""
    place, pick = lite_place, random.Random(seed)
    files, ids = random_graph(pick)
    config = alembic(tmp_path / "m", place.url, files)
    for end in pick.sample(ids, 4):
        with place.session() as s:
            at = versions.current(s, place.dialect)
        place.apply(graph(files), to=end)
        ours = rows(place)
        place.execute("DELETE FROM alembic_version", *(f"INSERT INTO alembic_version VALUES ('{a}')" for a in at))
        command.upgrade(config, end)
        assert rows(place) == ours, (seed, end, at)


def test_another_name_for_the_table(place: Place) -> None:
    from reconciler.apply.apply import Target

    place.apply(graph(DIAMOND), target=Target(environment="test", version_table="Other Versions"), to="aaaa")
    assert place.rows('SELECT version_num FROM "Other Versions"') == [("aaaa",)]


def test_a_table_moved_by_somebody_else_is_noticed(place: Place) -> None:
    place.apply(graph(DIAMOND), to="aaaa")
    with place.session() as s, pytest.raises(Exception, match="no longer says"), s.transaction():
        versions.move(s, place.dialect, "alembic_version", ("bbbb",), ("cccc",))
