"""The loop over several environments: what is wrong with one of them is said of that one, and the others go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconciler.apply import ledger
from reconciler.control import backoff, standing, visit
from reconciler.control.loop import Loop, Report
from reconciler.control.workspace import open_workspace
from tests.faults.conftest import Places
from tests.faults.harness import FINISHED, Tell, end_session, ended, forked, points
from tests.faults.mortal import Mortal
from tests.faults.test_kill import SPREAD
from tests.faults.test_orphaned_statement import until
from tests.faults.test_signals import COLUMN, TABLE, WAITING, in_the_way
from tests.unit.apply.places import Place
from tests.unit.control.test_story import Project

NOT_NULL = COLUMN.replace("n: integer,", "n: {type: integer, nullable: false},")


class Fleet:
    """A project with an environment for each of some databases, all of them at its first revision."""

    def __init__(self, folder: Path, places: Mapping[str, Place]) -> None:
        self.places = dict(places)
        self.dialect = next(iter(places.values())).name
        urls = {name: p.url for name, p in places.items()}
        self.project = Project(folder, {"dev": "", "prod": "", **urls}, self.dialect)
        config = folder / "reconcile.yaml"
        head = config.read_text().partition("    dev:")[0]
        head = head.replace("  environments:", "  interval: 1s\n  environments:")
        config.write_text(head + "".join(f'    {n}: {{url: "{u}", policy: none}}\n' for n, u in urls.items()))
        self.next(TABLE % "")
        for report in self.loop().round():
            assert len(report.applied) == 1 and not report.problem, report

    def next(self, text: str) -> str:
        """Another revision; its id."""
        self.project.write("t.yaml", text)
        self.project.run("plan", "--write")
        return str(self.project.json("history")[-1]["id"])

    def by_hand(self, body: str) -> str:
        """A revision that somebody wrote, after the newest one; its id."""
        head = self.project.json("history")[-1]["id"]
        (self.project.folder / "migrations" / "versions" / "hand.py").write_text(
            f'"""by hand"""\nfrom alembic import op\nrevision = "hand"\ndown_revision = "{head}"\n'
            f"def upgrade():\n    op.execute({body!r})\ndef downgrade():\n    pass\n"
        )
        self.project.run("verify", "--update")
        return "hand"

    def loop(self, **more: Any) -> Loop:
        names = more.pop("names", ())
        return Loop(open_workspace(self.project.folder / "reconcile.yaml"), names, lambda: False, **more)

    def applied(self, name: str) -> Counter[str]:
        """How often each revision was applied there, by its ledger."""
        place = self.places[name]
        with place.dialect.connect(place.url) as session:
            return Counter(e.revision for e in ledger.entries(session, place.dialect) if e.action == "apply")


Begin = Callable[..., Fleet]


@pytest.fixture
def begin(places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Begin:
    def made(count: int) -> Fleet:
        return fleet({f"t{n}": places() for n in range(1, count + 1)}, tmp_path, monkeypatch)

    return made


def fleet(places: Mapping[str, Place], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    (folder / "project").mkdir()
    monkeypatch.chdir(folder / "project")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    return Fleet(folder / "project", places)


@pytest.fixture
def attempts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Counter[str]]:
    """How often it was begun to apply what comes after the first revision to each environment, in whatever process."""
    file = tmp_path / "attempts"
    file.touch()
    real = visit.carried_out

    def noted(ws: Any, what: Any, **more: Any) -> Any:
        if len(what.state.history.order) > 1:
            with file.open("a") as out:
                out.write(f"{what.environment.name}\n")
        return real(ws, what, **more)

    monkeypatch.setattr(visit, "carried_out", noted)
    return lambda: Counter(file.read_text().split())


def read_until(reports: Iterator[Report], enough: Callable[[dict[str, Report], Report], bool], seconds: float = 90.0,
               ) -> list[Report]:  # fmt: skip
    """Reports as they come, until that is so of the newest of each environment and of the one that came last."""
    newest: dict[str, Report] = {}
    found: list[Report] = []
    end = time.monotonic() + seconds
    for report in reports:
        newest[report.environment] = report
        found.append(report)
        if enough(newest, report):
            return found
        assert time.monotonic() < end, [msgspec.to_builtins(r) for r in found[-4:]]
    raise AssertionError("the loop ended")


def synced(newest: Mapping[str, Report], *names: str) -> bool:
    return all(n in newest and newest[n].standing.synced and not newest[n].problem for n in names)


@contextmanager
def kept_from_reading(place: Place) -> Iterator[None]:
    """Somebody holds what every look at the environment reads first."""
    with place.session() as other:
        for sql in {
            "postgresql": ["BEGIN", "LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"],
            "mysql": ["LOCK TABLES alembic_version WRITE"],
            "sqlite": ["BEGIN EXCLUSIVE"],
        }[place.name]:
            other.execute(sql)
        yield


def unreachable(report: Report) -> bool:
    return [c.type for c in report.standing.conditions] == ["Unreachable"]


def test_an_environment_that_cannot_be_read(begin: Begin, tell: Tell) -> None:
    """The others are brought to head while it hangs; then it is said that it does not answer, and it is tried again."""
    made = begin(3)
    made.next(COLUMN)
    reports = made.loop(patience=4.0).rounds(0.3)
    with kept_from_reading(made.places["t1"]):
        first = read_until(reports, lambda newest, _: synced(newest, "t2", "t3"))
        assert "t1" not in {r.environment for r in first}, "it was waited for"
        told = read_until(reports, lambda _, r: r.environment == "t1")[-1]
        assert unreachable(told) and told.again
        again = read_until(reports, lambda _, r: r.environment == "t1")[-1]
        assert unreachable(again) and again.again > told.again
    read_until(reports, lambda newest, _: synced(newest, "t1", "t2", "t3"))
    reports.close()
    assert all(made.applied(n).total() == 2 for n in made.places)
    tell(made.places["t1"], "another session holds what one of three environments is read from", 1,
         end="the others applied; said of the one, again after growing pauses, then done")  # fmt: skip


def test_a_status_does_not_wait_for_ever(begin: Begin, monkeypatch: pytest.MonkeyPatch, tell: Tell) -> None:
    made = begin(2)
    monkeypatch.setattr(standing, "_LOCKED_MS", 500)
    begun = time.monotonic()
    with kept_from_reading(made.places["t1"]):
        t1, t2 = made.project.json("status", expect=2)
    assert time.monotonic() - begun < 20
    assert [c["type"] for c in t1["conditions"]] == ["Unreachable"] and t2["synced"]
    tell(made.places["t1"], "another session holds what one of two environments is read from", 1,
         end="status says so after its limit, and how the other one stands")  # fmt: skip


@pytest.mark.faults
def test_an_environment_whose_server_stands_still_or_is_gone(
    mortal: Mortal, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tell: Tell
) -> None:
    server = request.getfixturevalue("maria" if mortal.dialect == "mysql" else "pg_default")
    whole = {n: Place(mortal.dialect, server.database()) for n in ("t2", "t3")}
    with mortal.running():
        made = fleet({"t1": mortal.place(), **whole}, tmp_path, monkeypatch)
        made.next(COLUMN)
        reports = made.loop(patience=3.0).rounds(0.3)
        pid = mortal.pid
        os.kill(pid, signal.SIGSTOP)
        try:
            first = read_until(reports, lambda newest, _: synced(newest, "t2", "t3"))
            told = read_until(reports, lambda _, r: r.environment == "t1")[-1]
        finally:
            os.kill(pid, signal.SIGCONT)
        assert "t1" not in {r.environment for r in first} and unreachable(told)
        read_until(reports, lambda newest, _: synced(newest, "t1"))
        mortal.kill()
        made.next(TABLE % ", y: integer, z: integer")
        told = read_until(reports, lambda newest, r: synced(newest, "t2", "t3") and r.environment == "t1")[-1]
        assert unreachable(told) and told.again
    with mortal.running():
        read_until(reports, lambda newest, _: synced(newest, "t1"))
    reports.close()
    with mortal.running():
        assert all(made.applied(n).total() == 3 for n in made.places)
        tell(made.places["t1"], "SIGSTOP, then the death of the server of one of three environments", 2,
             end="the others applied; said of the one, tried again, applied once it answers")  # fmt: skip


def test_rows_that_break_the_plan_in_one_environment(
    begin: Begin, attempts: Callable[[], Counter[str]], tell: Tell
) -> None:
    made = begin(3)
    made.places["t2"].execute("INSERT INTO t (id, n) VALUES (1, NULL)")
    made.next(NOT_NULL)
    reports = made.loop().rounds(0.5)
    told = read_until(reports, lambda newest, _: synced(newest, "t1", "t3") and "t2" in newest)
    (poison,) = [r for r in told if r.environment == "t2"][:1]
    assert "1 row" in poison.problem and poison.again, poison
    assert [c.type for c in poison.standing.conditions] == ["Pending"]
    later = read_until(reports, lambda _, r: r.environment == "t2" and r.again != poison.again)[-1]
    assert later.problem == poison.problem
    made.places["t2"].execute("UPDATE t SET n = 7 WHERE n IS NULL")
    read_until(reports, lambda newest, _: synced(newest, "t1", "t2", "t3"))
    reports.close()
    assert all(made.applied(n).total() == 2 for n in made.places)
    tried = attempts()
    assert tried["t1"] == tried["t3"] == 1 and tried["t2"] >= 3
    tell(made.places["t2"], "a row in one of three environments that the plan would fail on", 1,
         end="refused there with its count, applied elsewhere; again after growing pauses, then done")  # fmt: skip


@pytest.mark.faults
@pytest.mark.parametrize("mended", ["and git moved on", "and the pause is over"])
def test_a_statement_that_fails_in_one_environment(
    begin: Begin, attempts: Callable[[], Counter[str]], mended: str, monkeypatch: pytest.MonkeyPatch, tell: Tell
) -> None:
    """Nobody foresees what a person wrote: it is run once, and not once more in twenty looks."""
    moved = mended == "and git moved on"
    monkeypatch.setitem(backoff.FIRST, "failed", 1e6 if moved else 20)
    made = begin(3)
    made.places["t2"].execute("INSERT INTO t (id, n) VALUES (77, 1)")
    made.by_hand("INSERT INTO t (id, n) VALUES (77, 2)")
    reports = made.loop().rounds(0.3)
    told = read_until(reports, lambda newest, _: synced(newest, "t1", "t3") and "t2" in newest)
    looks = [r for r in told if r.environment == "t2"]
    while moved and len(looks) < 20:
        looks += [r for r in read_until(reports, lambda _, r: r.environment == "t2") if r.environment == "t2"]
    assert attempts() == {"t1": 1, "t2": 1, "t3": 1}
    assert len({(r.problem, r.again) for r in looks}) == 1 and "hand.py: statement 1 of 1" in looks[0].problem
    made.places["t2"].execute("DELETE FROM t WHERE id = 77")
    if moved:
        made.next(COLUMN)
    read_until(reports, lambda newest, _: synced(newest, *made.places))
    reports.close()
    assert attempts()["t2"] == 2
    tell(made.places["t2"], "a statement that the server refuses in one of three environments", 1,
         end="tried once in 20 rounds, applied elsewhere; once mended, when git moves on or after a pause")  # fmt: skip


@pytest.mark.faults
def test_what_fails_in_many_environments_is_not_begun_in_the_rest(
    begin: Begin, attempts: Callable[[], Counter[str]], tell: Tell
) -> None:
    made = begin(6)
    for name in ("t1", "t2", "t3", "t4"):
        made.places[name].execute("INSERT INTO t (id, n) VALUES (1, NULL)")
    made.next(NOT_NULL)
    loop = made.loop(most_failures=2)
    told = {r.environment: r for r in loop.round()}
    failed = {n for n, r in told.items() if "1 row" in r.problem}
    assert failed == {"t1", "t2"} == set(attempts())
    assert all("not begun" in told[n].problem and "t1, t2" in told[n].problem for n in ("t3", "t4", "t5", "t6"))
    for name in ("t1", "t2", "t3", "t4"):
        made.places[name].execute("UPDATE t SET n = 7 WHERE n IS NULL")
    reports = loop.rounds(0.3)
    read_until(reports, lambda newest, _: synced(newest, *made.places))
    reports.close()
    assert all(made.applied(n).total() == 2 for n in made.places)
    tell(made.places["t1"], "rows that break the plan in four of six environments, --max-failures 2", 1,
         end="begun in two and no more; the rest applied once those are mended")  # fmt: skip


@pytest.mark.parametrize("places", ["sqlite"], indirect=True)
@pytest.mark.faults
def test_three_of_a_hundred_are_poisoned(begin: Begin, attempts: Callable[[], Counter[str]], tell: Tell) -> None:
    made = begin(len(points("all", range(100), 1)))
    poisoned = ("t2", "t5", "t9")
    for name in poisoned:
        made.places[name].execute("INSERT INTO t (id, n) VALUES (1, NULL)")
    made.next(NOT_NULL)
    told = {r.environment: r for r in made.loop().round()}
    assert {n for n, r in told.items() if r.problem} == set(poisoned)
    assert synced(told, *(made.places.keys() - set(poisoned))) and len(told) == len(made.places)
    for name in poisoned:
        made.places[name].execute("DELETE FROM t")
    assert [r.problem for r in made.loop().round() if r.applied] == [""] * 3
    assert attempts() == Counter([*made.places, *poisoned]), "others were begun twice"
    tell(made.places["t1"], f"rows that break the plan in 3 of {len(made.places)} environments", 1,
         end="those refused, all others applied; the next round does only the three")  # fmt: skip


@pytest.mark.parametrize("places", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fault", ["an error that nobody expects", "SIGKILL of its process"])
def test_a_visit_that_ends_otherwise(begin: Begin, fault: str, monkeypatch: pytest.MonkeyPatch, tell: Tell) -> None:
    made = begin(3)
    made.next(COLUMN)
    real = visit.carried_out

    def ends(ws: Any, what: Any, **more: Any) -> Any:
        if what.environment.name != "t2":
            return real(ws, what, **more)
        if "SIGKILL" in fault:
            os.kill(os.getpid(), signal.SIGKILL)
        raise ValueError("not this")

    with monkeypatch.context() as patch:
        patch.setattr(visit, "carried_out", ends)
        told = {r.environment: r for r in made.loop().round()}
    assert synced(told, "t1", "t3") and told["t2"].again
    assert ("without an answer" if "SIGKILL" in fault else "ValueError: not this") in told["t2"].problem
    assert synced({r.environment: r for r in made.loop().round()}, *made.places)
    tell(made.places["t2"], fault, 1, end="said of that environment, the others applied; the next visit applies")


@pytest.mark.parametrize("spread", SPREAD)
def test_two_loops_at_once(begin: Begin, spread: str, tell: Tell) -> None:
    made = begin(4)
    rounds = points(spread, range(6), 1)
    for n in rounds:
        made.next(TABLE % "".join(f", c{i}: integer" for i in range(n + 1)))
        start = time.monotonic() + 0.2

        def looping(start: float = start) -> int:
            loop = made.loop()
            time.sleep(max(0.0, start - time.monotonic()))
            bad = [r.problem for r in loop.round() if r.problem and "somebody else" not in r.problem]
            return 1 if bad else FINISHED

        assert [ended(pid) for pid in [forked(looping), forked(looping)]] == [FINISHED, FINISHED]
        assert synced({r.environment: r for r in made.loop().round()}, *made.places)
    for name in made.places:
        counts = made.applied(name)
        assert set(counts.values()) == {1} and counts.total() == 1 + len(rounds)
    tell(made.places["t1"], "two loops over the same four environments", len(rounds),
         end="each revision by exactly one of them; the other waited or was busy")  # fmt: skip


def children(pid: int) -> list[int]:
    """The processes that a process began, and those that they began."""
    own = [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*own, *(c for p in own for c in children(p))]


@pytest.mark.faults
def test_a_loop_that_stands_still_past_its_lock(
    remote: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tell: Tell
) -> None:
    """Stopped while it applies; the server ends its session, another loop takes over: what wakes writes nothing."""
    made = fleet({"t1": remote(), "t2": remote()}, tmp_path, monkeypatch)
    made.next(COLUMN)
    place, file = made.places["t1"], tmp_path / "said"

    def looping() -> int:
        file.write_bytes(msgspec.json.encode(list(made.loop().round())))
        return FINISHED

    with in_the_way(place):
        pid = forked(looping)
        until(lambda: bool(place.rows(WAITING[place.name])), 60)
        until(lambda: made.applied("t2").total() == 2, 60)
        all_of_it = [pid, *children(pid)]
        assert len(all_of_it) > 1
        for one in all_of_it:
            os.kill(one, signal.SIGSTOP)
        end_session(place)
    try:
        taken_over = {r.environment: r for r in made.loop().round()}
        assert taken_over["t1"].applied and synced(taken_over, "t1", "t2")
        state = place.state("SELECT id, n FROM t")
    finally:
        for one in all_of_it:
            os.kill(one, signal.SIGCONT)
    assert ended(pid) == FINISHED
    said = {r.environment: r for r in msgspec.json.decode(file.read_bytes(), type=list[Report])}
    assert not said["t1"].applied and "connection was lost" in said["t1"].problem and said["t1"].again
    assert said["t2"].applied and not said["t2"].problem
    assert place.state("SELECT id, n FROM t") == state and made.applied("t1").total() == 2
    tell(place, "SIGSTOP of a loop that applies, the end of its session, another loop, SIGCONT", 1,
         end="the other applied; who wakes is told that its connection is lost, and writes nothing")  # fmt: skip


@pytest.mark.faults
def test_a_loop_that_is_told_to_stop(begin: Begin, tmp_path: Path, tell: Tell) -> None:
    """One environment waits for a lock, and another does not answer: all of its processes are gone soon, and exit 0."""
    made = begin(3)
    made.next(COLUMN)
    command = [sys.executable, "-m", "reconciler", "run", "--interval", "1"]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with in_the_way(made.places["t1"]), kept_from_reading(made.places["t2"]):
        process = subprocess.Popen(
            command, cwd=made.project.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env
        )
        try:
            until(lambda: made.applied("t3").total() == 2, 60)
            until(lambda: bool(children(process.pid)), 60)
            left = children(process.pid)
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=40)[0]
        finally:
            process.kill()
    assert process.returncode in (0, 5), said
    assert not [p for p in left if Path(f"/proc/{p}").exists()]
    assert synced({r.environment: r for r in made.loop().round()}, *made.places)
    tell(made.places["t1"], "SIGTERM to `reconcile run` of which one environment waits and one hangs", 1,
         end="all of its processes end; the next run carries on")  # fmt: skip
