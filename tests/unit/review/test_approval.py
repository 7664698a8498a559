"""Statements and signatures: every bound field, every byte; who counts; when."""

from __future__ import annotations

import datetime
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from reconciler.config.policy import read_policy
from reconciler.config.rules import Rule, Signed
from reconciler.errors import ForbiddenError
from reconciler.model.codec import digest
from reconciler.review.approval import approval_text, judged, sql_text_digest
from reconciler.review.authors import Authors
from reconciler.review.counting import asked, tally
from reconciler.review.signers import APPROVAL, read_signers
from reconciler.review.ssh import signed
from reconciler.review.statement import MOVED, Statement, read_statement
from reconciler.review.trust import TrustRoot

NOW = datetime.datetime.now(datetime.UTC)
UNTIL = (NOW + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
SQL = "-- revision b: 1 statement\n-- 1: 1 line\nALTER TABLE t ADD COLUMN x integer\n"
RULE = Rule(threshold=1, who=("alice",))
RULES = Signed(ordinary=RULE, destructive=RULE, python=RULE, valid_for=7 * 86400)
STATEMENT = Statement(
    repository="shop", environment="prod", base=("a",), head=("b",), revisions=(("b", digest(b"b")),),
    recorded=digest(b"recorded"), desired=digest(b"desired"), policy=digest(b"policy"), settings='{"dialect":"sqlite"}',
    tool="reconcile 1", sql=sql_text_digest(SQL), not_after=UNTIL, reason="because",
)  # fmt: skip
POLICY = b"{apiVersion: reconcile/v1, kind: TrustPolicy, spec: {repository: shop, root: {threshold: 1, by: [alice]}}}"


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("keys") / "alice"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
    return file


def line(key: Path, principal: str = "alice", options: str = f'namespaces="{APPROVAL}"') -> str:
    return f"{principal} {options} {' '.join(key.with_suffix('.pub').read_text().split()[:2])}\n"


@pytest.fixture(scope="session")
def root(key: Path) -> TrustRoot:
    signers = read_signers(line(key).encode(), "allowed_signers")
    policy = read_policy(POLICY, "policy.yaml", key.parent)
    return TrustRoot(place="", version=1, policy=policy, signers=signers, digest="d")


@pytest.fixture(scope="session")
def approval(key: Path) -> bytes:
    return approval_text(STATEMENT, signed(STATEMENT.text, APPROVAL, key), SQL)


def judge(data: bytes, now: Statement, root: TrustRoot) -> Any:
    return judged("x.approval", data, now, root, RULES, NOW)


def test_an_approval_of_exactly_this_is_good(approval: bytes, root: TrustRoot) -> None:
    vote = judge(approval, STATEMENT, root)
    assert (vote.good, vote.principal, vote.verdict, vote.reason, vote.why) == (True, "alice", "approve", "because", "")


def flipped(value: Any) -> Any:
    """The value with its last byte changed."""
    if isinstance(value, tuple):
        return (*value[:-1], flipped(value[-1]))
    return value[:-1] + chr(ord(value[-1]) ^ 1)


@pytest.mark.parametrize("field", MOVED)
def test_a_flipped_byte_in_a_bound_field_is_refused(field: str, approval: bytes, root: TrustRoot) -> None:
    now = msgspec.structs.replace(STATEMENT, **{field: flipped(getattr(STATEMENT, field))})
    vote = judge(approval, now, root)
    assert not vote.good
    if field in ("repository", "environment"):
        assert vote.why == "it is for prod of shop"
    else:
        assert [f for f, _, _ in vote.moved] == [field] and vote.why == f"stale: {field} moved"


def test_every_bound_field_is_one_that_can_move() -> None:
    own = {"verdict", "not_after", "reason", "version"}
    assert set(Statement.__struct_fields__) - own == set(MOVED)


def test_a_flipped_byte_in_the_file_is_refused_wherever_it_counts(approval: bytes, root: TrustRoot) -> None:
    """Behind the signature stands only what explains a refusal."""
    end = approval.index(b"-----END SSH SIGNATURE-----\n")
    armor = approval.index(b"-----BEGIN")
    places = [*range(armor), *range(armor, end, 23)]
    changed = {i: approval[:i] + bytes([approval[i] ^ 1]) + approval[i + 1 :] for i in places}
    good = [i for i, data in changed.items() if judge(data, STATEMENT, root).good]
    # the digest of the SQL that is claimed counts only as long as nobody knows the SQL
    claim = range(approval.index(b"sql: ") + 5, approval.index(b"sql: ") + 69)
    assert [i for i in good if i not in claim] == []
    unknown = msgspec.structs.replace(STATEMENT, sql="")
    assert judge(approval, unknown, root).good
    i = claim[0]
    other = b"1" if approval[i : i + 1] == b"0" else b"0"
    assert not judge(approval[:i] + other + approval[i + 1 :], unknown, root).good


def test_the_statement_is_canonical() -> None:
    text = STATEMENT.text
    assert text.isascii() and text.endswith(b"}\n") and text.count(b"\n") == 1
    assert read_statement(text) == STATEMENT
    assert read_statement(text.replace(b'"base":["a"]', b'"base":["z"],"base":["a"]')) is None
    assert read_statement(text.replace(b":", b": ", 1)) is None


def test_the_subject_is_the_same_for_every_approver_and_hour() -> None:
    other = msgspec.structs.replace(STATEMENT, not_after="2030-01-01T00:00:00Z", reason="", verdict="reject")
    assert other.subject == STATEMENT.subject
    assert msgspec.structs.replace(STATEMENT, tool="x").subject != STATEMENT.subject


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("alice ssh-ed25519 {key}", "no namespaces"),
        ('alice namespaces="a",namespaces="b" ssh-ed25519 {key}', "cannot be read"),
        ('alice namespaces="a",no-such ssh-ed25519 {key}', "unknown option no-such"),
        ('alice namespaces="a" ssh-rsa {key}', "not of type ssh-rsa"),
        ('alice namespaces="a" ssh-ed25519 !!!', "not base64"),
        ("alice", "it is not: principal options key-type key"),
        ('"alice smith" namespaces="a" ssh-ed25519 {key}', "it is not: principal"),
        ('alice namespaces="a" ssh-ed25519 {key}\r', "ends with CR"),
    ],
)
def test_lines_of_allowed_signers_that_are_refused(key: Path, text: str, reason: str) -> None:
    blob = key.with_suffix(".pub").read_text().split()[1]
    with pytest.raises(ForbiddenError) as error:
        read_signers(f"# comment\n{text.format(key=blob)}\n".encode(), "allowed_signers")
    (finding,) = error.value.findings
    assert reason in finding.message and finding.span.line == 2 and finding.next


def test_comments_and_several_keys_of_a_person_are_fine(key: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-f", str(other)], check=True)
    found = read_signers(f"# us\n\n{line(key)}{line(other)}".encode(), "allowed_signers")
    assert [s.principal for s in found.all] == ["alice", "alice"] and found.principals == {"alice"}


def vote(principal: str, good: bool = True) -> Any:
    from reconciler.review.approval import Vote

    return Vote(path="", principal=principal, good=good)


TWO = Rule(threshold=2, who=("alice", "bob", "carol"))


@pytest.mark.parametrize(
    ("who", "authors", "more", "reached", "needed"),
    [
        (("alice", "bob"), Authors(), {}, True, 2),
        (("alice", "alice"), Authors(), {}, False, 2),
        (("alice", "dave"), Authors(), {}, False, 2),
        (("alice", "bob"), Authors(proven=("bob",)), {}, False, 2),
        (("alice", "bob"), Authors(proven=("bob",)), {"author_may": True}, True, 2),
        (("alice", "bob"), Authors(named=("bob",)), {}, False, 3),
        (("alice", "bob", "carol"), Authors(named=("x@y",)), {}, True, 3),
        (("alice", "bob"), Authors(named=("bob",)), {"author_by_name": True}, False, 2),
        (("alice", "bob"), Authors(named=("x@y",)), {"author_by_name": True}, True, 2),
        (("alice", "bob"), Authors(named=("x@y",)), {"author_may": True}, True, 2),
    ],
)
def test_counting(who: tuple[str, ...], authors: Authors, more: dict[str, Any], reached: bool, needed: int) -> None:
    rules = msgspec.structs.replace(RULES, **more)
    found = tally("ordinary", TWO, [vote(w) for w in who], rules, authors)
    assert (found.reached, found.needed) == (reached, needed)


def test_which_rules_hold() -> None:
    assert [n for n, _ in asked(RULES, destructive=False, python=False)] == ["ordinary"]
    assert [n for n, _ in asked(RULES, destructive=True, python=True)] == ["ordinary", "destructive", "python"]
