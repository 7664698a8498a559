"""Names of files for names that may hold anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.address import Address
from reconciler.sources.manifest.layout import file_name, kept, paths


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("users", "users"), ("Ünï", "Ünï"), ("a b", "a%20b"), ("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd"),
        (".git", "%2Egit"), ("a.", "a%2E"), ("con", "%63on"), ("con.x", "%63on.x"), ("100%", "100%25"), 
        ("a\\b", "a%5Cb"), ("e\u0301", "e%CC%81"), ("-x", "%2Dx"),
    ],
)  # fmt: skip
def test_a_file_name_is_safe_and_reads_like_the_name(name: str, expected: str) -> None:
    assert file_name(name) == expected


def test_paths_say_schema_kind_and_name() -> None:
    found = paths(
        [
            Address("table", "app", "users"),
            Address("schema", "", "app"),
            Address("table", "", "plain"),
            Address("trigger", "app", "t", "users"),
        ]
    )
    assert sorted(found.values()) == [
        "app/schema.yaml", "app/tables/users.yaml", "app/triggers/users.t.yaml", "tables/plain.yaml",
    ]  # fmt: skip


def test_names_that_differ_in_case_alone_have_files_that_do_not() -> None:
    lower, upper, mixed = (Address("table", "app", n) for n in ("users", "USERS", "Users"))
    found = paths([upper, lower, mixed])
    assert found[lower] == "app/tables/users.yaml"
    assert len({p.casefold() for p in found.values()}) == 3
    assert paths([lower, upper])[upper] == found[upper]


def test_what_has_a_file_keeps_it() -> None:
    a, b = Address("table", "app", "a"), Address("table", "app", "b")
    assert kept([a, b], {a: "app/tables/b.yaml"})[a] == "app/tables/b.yaml"
    assert kept([a, b], {a: "app/tables/b.yaml"})[b] != "app/tables/b.yaml"


ANY = st.text(min_size=1, max_size=200).filter(lambda s: s.encode(errors="ignore").decode() == s)


@given(st.lists(st.builds(Address, st.sampled_from(["table", "view"]), ANY, ANY), min_size=1, max_size=6, unique=True))
def test_no_two_objects_share_a_file_and_none_leaves_the_folder(addresses: list[Address]) -> None:
    found = paths(addresses)
    assert len({p.casefold() for p in found.values()}) == len(addresses)
    for path in found.values():
        for part in path.split("/"):
            assert part not in ("", ".", "..") and len(part.encode()) < 255 and "\0" not in part and "\\" not in part
