"""YAML: 1.2 habits, every place known, and nothing in it that surprises a reader of the change."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.config import yamltext
from reconciler.config.composer import composed
from reconciler.config.yamltext import Limits, document, documents, sound, texts, value
from reconciler.errors import InputError


class Plain(yaml.SafeDumper):
    """Writes every text in quotes, and no alias."""

    def ignore_aliases(self, data: object) -> bool:
        return True


Plain.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))


def rules(text: str | bytes, **limits: int) -> list[tuple[str, int]]:
    return [(f.rule, f.span.line) for f in documents(text, "x.yaml", Limits(**limits)).findings]


def plain(text: str) -> Any:
    parsed = document(text, "x.yaml")
    assert parsed.findings == []
    return parsed.documents[0].value()


SCALARS = [
    ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False),
    ("null", None), ("Null", None), ("NULL", None), ("~", None), ("", None),
    ("0", 0), ("7", 7), ("-7", -7), ("+7", 7), ("1.5", 1.5), ("-0.25", -0.25), ("1e3", 1000.0), ("2.", 2.0),
    ("1.5E-3", 0.0015), ("123456789012345678901234567890", 123456789012345678901234567890),
    ("no", "no"), ("No", "No"), ("on", "on"), ("yes", "yes"), ("off", "off"), ("y", "y"), ("n", "n"), ("tRUE", "tRUE"),
    ("010", "010"), ("-010", "-010"), ("007.5", "007.5"), ("0x1F", "0x1F"), ("0o17", "0o17"), ("0b1", "0b1"),
    ("1_000", "1_000"), ("12:30:00", "12:30:00"), ("190:20:30", "190:20:30"), ("2027-01-31", "2027-01-31"),
    ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"), (".5", ".5"), (".inf", ".inf"), (".nan", ".nan"),
    ("1e999", "1e999"), ("1.2.3", "1.2.3"), ("+", "+"), ("-", None), ("1e", "1e"), ("9" * 5000, "9" * 5000),
    ("=", "="), ("null ", None), ("position('@' in email) > 1", "position('@' in email) > 1"), ("a#b", "a#b"),
    ("'true'", "true"), ('"5"', "5"), ("'~'", "~"), ('""', ""), ("|\n  5\n", "5\n"), (">-\n  true\n", "true"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), [s for s in SCALARS if s[0] != "-"])
def test_a_scalar_is_read_by_the_core_schema(written: str, meant: object) -> None:
    found = plain(f"a: {written}")["a"]
    assert found == meant and type(found) is type(meant)


@pytest.mark.parametrize(("written", "meant"), [s for s in SCALARS if s[0] != "-" and s[0].strip()])
def test_the_text_of_a_scalar_is_what_the_source_says(written: str, meant: object) -> None:
    found = document(f"a: {written}\n", "x").documents[0].texts["a"]
    if meant is None:
        assert found is None
    elif written[0] not in "'\"|>":
        assert found == written
    else:
        assert found == meant


def test_numbers_keep_their_digits_where_text_is_meant() -> None:
    found = document("a: 1.10\nb: [1.0, 010, 1e3]", "x").documents[0]
    assert found.texts == {"a": "1.10", "b": ["1.0", "010", "1e3"]}
    assert found.value() == {"a": 1.1, "b": [1.0, "010", 1000.0]}


REFUSED = [
    ("a: &x 1", "yaml-anchor", 1),
    ("&x a: 1", "yaml-anchor", 1),
    ("a: &x {b: 1}", "yaml-anchor", 1),
    ("a: *x", "yaml-alias", 1),
    ("*x : 1", "yaml-alias", 1),
    ("- *x", "yaml-alias", 1),
    ("*x", "yaml-alias", 1),
    ("a: 1\n<<: {b: 2}", "yaml-merge-key", 2),
    ("a: {<<: {b: 2}}", "yaml-merge-key", 1),
    ("a: !!python/object/apply:os.system [ls]", "yaml-tag", 1),
    ("a: !!str 5", "yaml-tag", 1),
    ("a: ! 5", "yaml-tag", 1),
    ("a: !local {}", "yaml-tag", 1),
    ("!!set {a}", "yaml-tag", 1),
    ("a: !!binary aGk=", "yaml-tag", 1),
    ("a: 1\nb: 2\na: 3", "yaml-duplicate-key", 3),
    ("a: {b: 1, 'b': 2}", "yaml-duplicate-key", 1),
    ("1: a", "yaml-key", 1),
    ("1.5: a", "yaml-key", 1),
    ("true: a", "yaml-key", 1),
    ("null: a", "yaml-key", 1),
    ("~: a", "yaml-key", 1),
    ("{: a}", "yaml-syntax", 1),
    ("? \n: a", "yaml-key", 1),
    ("? [a, b]\n: c", "yaml-key", 1),
    ("? {a: b}\n: c", "yaml-key", 1),
    ("{[a]: b}", "yaml-key", 1),
    ("a: \u202eevil", "yaml-character", 1),
    ("a: 1 # \u2066hidden", "yaml-character", 1),
    ("a: b\nc: \x07", "yaml-character", 2),
    ('a: "\\0"', "yaml-character", 1),
    ('a: "\\x00"', "yaml-character", 1),
    ('"a\\U00000000": 1', "yaml-character", 1),
    ('a: "\x85"', "yaml-character", 1),
    ("a: |\n  x\u2028y", "yaml-character", 2),
    ("%TAG ! tag:evil,2000:\n---\na: 1", "yaml-directive", 1),
    ("%YAML 1.1\n---\na: 1", "yaml-directive", 1),
    ("a: [1", "yaml-syntax", 2),
    ("a: 1\n b: 2", "yaml-syntax", 2),
    ("a:\n\t- b", "yaml-syntax", 2),
    ("a: 'x", "yaml-syntax", 1),
    ("a: `x`", "yaml-syntax", 1),
    ("a: b: c", "yaml-syntax", 1),
    ("{a: b}}", "yaml-syntax", 1),
    ("a: ${X}b, c}", None, 0),
]


@pytest.mark.parametrize(("text", "rule", "line"), REFUSED)
def test_what_is_refused_is_named_with_its_line(text: str, rule: str | None, line: int) -> None:
    found = rules(text)
    assert ((rule, line) in found) if rule else (found == [])


@pytest.mark.parametrize(("text", "rule", "line"), [r for r in REFUSED if r[1] not in (None, "yaml-syntax")])
def test_what_is_refused_says_what_to_write_instead(text: str, rule: str, line: int) -> None:
    assert all(f.next and f.span.column >= 0 for f in documents(text, "x.yaml").findings)


def test_everything_wrong_with_a_file_is_said_at_once() -> None:
    text = "a: &x 1\nb: *x\na: 2\n<<: {}\nno: !!int 3\n1: 2\nz: \u202e\nlast: [\n"
    assert [rule for rule, _ in sorted(rules(text), key=lambda r: r[1])] == [
        "yaml-anchor", "yaml-alias", "yaml-duplicate-key", "yaml-merge-key", "yaml-tag", "yaml-key",
        "yaml-character", "yaml-syntax",
    ]  # fmt: skip


def test_a_duplicate_names_both_places_and_keeps_the_first() -> None:
    parsed = documents("a: 1\nb: 2\na: 3", "x.yaml")
    assert "x.yaml:1:1" in parsed.findings[0].why
    assert str(parsed.findings[0].span) == "x.yaml:3:1"
    assert parsed.documents[0].texts == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    "text", ["no: 1", "on: 1", "010: 1", "12:30:00: 1", "2027-01-31: 1", "'1': 1", '"true": 1', "'<<': 1", "'': 1"]
)
def test_keys_that_are_text_are_taken(text: str) -> None:
    assert list(plain(text).values()) == [1]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (r'"a\r\nb"', "a\r\nb"),
        (r'"\N\L\P\_"', "\x85\u2028\u2029\xa0"),
        (r'"\u2028\u0085\x85"', "\u2028\x85\x85"),
        (r'"\e[2J \x7f \a"', "\x1b[2J \x7f \x07"),
        (r'"\u202e\U00002067"', "\u202e\u2067"),
        (r'"\\0 \\x00"', r"\0 \x00"),
    ],
)
def test_a_character_that_is_written_as_an_escape_is_taken(text: str, meant: str) -> None:
    """Who reads the file sees it; a comment in a database may well hold one."""
    assert plain(f"a: {text}") == {"a": meant}
    assert plain(f"{text}: a") == {meant: "a"}


@pytest.mark.parametrize(
    "text", ["a: 'it''s'", 'a: "tab\\t line\\n"', "a: ä 漢 😀", "a: |\n  x\n  \ty\n", "a: \\d+\r\nb: 1\r\n"]
)
def test_ordinary_text_is_taken(text: str) -> None:
    assert rules(text) == []


def bomb(levels: int) -> str:
    """Merge keys that double at each level: 317 bytes of these took 10 seconds in a loader that follows them."""
    rows = ["l0: &l0 {k: v}"] + [f"l{i}: &l{i} {{<<: [*l{i - 1}, *l{i - 1}]}}" for i in range(1, levels)]
    return "\n".join(rows)


@pytest.mark.parametrize(
    "text",
    [
        bomb(9)[:317],
        bomb(30),
        "a: &a [x,x]\n" + "".join(f"{c}: &{c} [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n" for c in "bcdefghi"),
        "&a [*a]",
        "[" * 5000,
        "[" * 100_000 + "]" * 100_000,
        "{a: " * 5000,
        "- " * 5000 + "x",
        "? " * 5000,
        "a:\n" + "\n".join(" " * i + "a:" for i in range(1, 1000)),
        "!!x " * 2000,
        "a: *x\n" * 5000,
        "\u202e" * 100_000,
    ],
)
def test_a_bomb_is_refused_at_once(text: str) -> None:
    begun = time.process_time()
    parsed = documents(text, "x.yaml")
    assert time.process_time() - begun < 0.05 * max(1, len(text) / 20_000)
    assert 0 < len(parsed.findings) <= 51


def test_the_bomb_of_317_bytes_takes_less_than_50_ms() -> None:
    documents("a: 1", "warm.yaml")
    begun = time.process_time()
    assert documents(bomb(9)[:317], "x.yaml").findings
    assert time.process_time() - begun < 0.05


@pytest.mark.parametrize(
    ("text", "limit"), [("[a, b, c, d]", {"nodes": 3}), ("[[[a]]]", {"depth": 2}), ("abcd", {"characters": 3})]
)
def test_budgets_are_kept(text: str, limit: dict[str, int]) -> None:
    assert rules(text, **limit) == [("yaml-budget", 1)]


@pytest.mark.parametrize("text", ["[a, b, c]", "{a: {b: c}}"])
def test_what_is_within_the_budget_is_read(text: str) -> None:
    assert rules(text, nodes=5, depth=2, characters=20) == []


@pytest.mark.parametrize(
    ("data", "line"), [(b"a: 1\nb: \xff", 2), ("a: 1".encode("utf-16"), 1), (b"\x80", 1), (b"a: \xed\xa0\x80", 1)]
)
def test_what_is_not_utf8_is_refused(data: bytes, line: int) -> None:
    assert rules(data) == [("yaml-encoding", line)]


def test_a_byte_order_mark_is_no_matter() -> None:
    assert document(b"\xef\xbb\xbfa: 1", "x").documents[0].texts == {"a": "1"}


def test_text_with_a_lone_surrogate_is_refused() -> None:
    assert rules("a: \ud800") == [("yaml-character", 1)]


def test_several_documents_only_where_they_are_asked_for() -> None:
    text = "a: 1\n---\n# nothing\n---\nb: 2\n...\n---\n"
    assert [d.texts for d in documents(text, "x").documents] == [{"a": "1"}, {"b": "2"}]
    assert [d.at("b").line for d in documents(text, "x").documents][1] == 5
    assert [f.rule for f in document(text, "x").findings] == ["yaml-documents"]
    assert document(text, "x").findings[0].span.line == 5


@pytest.mark.parametrize("text", ["", "# only this\n", "---\n", "\n\n"])
def test_an_empty_file_is_a_finding_where_one_document_is_meant(text: str) -> None:
    assert [f.rule for f in document(text, "x").findings] == ["yaml-empty"]
    assert documents(text, "x") == ([], [])


TEXT = """\
# a comment
kind: Table
spec:
  columns:
    id: {type: bigint, identity: always}
    name:
      type: text
  list:
    - one
    - {two: 2}
"""

PLACES = [
    ((), 2, 1), (("kind",), 2, 1), (("spec", "columns", "id"), 5, 5), (("spec", "columns", "id", "identity"), 5, 24),
    (("spec", "columns", "name", "type"), 7, 7), (("spec", "list"), 8, 3), (("spec", "list", 0), 9, 7),
    (("spec", "list", 1), 10, 7), (("spec", "list", 1, "two"), 10, 8),
    (("spec", "columns", "nowhere", "x"), 4, 3), (("spec", "list", 9), 8, 3), (("spec", "list", "two"), 8, 3),
    (("kind", "x"), 2, 1), (("nowhere",), 2, 1), (("spec", "list", -1), 8, 3),
]  # fmt: skip


@pytest.mark.parametrize(("path", "line", "column"), PLACES)
def test_a_path_has_a_place(path: tuple[str | int, ...], line: int, column: int) -> None:
    assert str(document(TEXT, "t.yaml").documents[0].at(*path)) == f"t.yaml:{line}:{column}"


def test_a_path_has_a_node() -> None:
    found = document(TEXT, "t.yaml").documents[0]
    node = found.node("spec", "columns", "id", "type")
    assert isinstance(node, yamltext.Scalar) and (node.text, node.plain) == ("bigint", True)
    assert str(found.span(node)) == "t.yaml:5:16"
    assert found.node("spec", "nowhere") is None and found.node("kind", "x") is None
    assert str(found.start) == "t.yaml:2:1"


@pytest.mark.parametrize("text", [TEXT, "[]", "5", "a: [[], {}, [{}]]", "a: ~\nb: [~, '']", "'1': \"\\x41\"\nb: [1.0]"])
def test_the_quick_and_the_patient_reader_agree(text: str) -> None:
    found = document(text, "x").documents[0]
    assert found.texts == texts(found.root)
    assert list(found.texts) == list(value(found.root)) if isinstance(found.texts, dict) else True


PIECES = ["a", "b: ", "- ", "[", "]", "{", "}", ",", ": ", "\n", "  ", "'", '"', "1", "true", "~", "&x ", "*x", "<<: "]
PIECES += [
    "!t ",
    "? ",
    "---\n",
    "...\n",
    "|\n",
    ">",
    "#",
    "%",
    "\\u202e",
    "\\x",
    "\\x00",
    "\\0",
    "\\r",
    "\u2066",
    "\t",
    "\r",
    "é",
    "@",
    "`",
    "\ufeff",
]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_any_text_is_read_alike_by_both_readers_or_refused(text: str) -> None:
    parsed = documents(text, "x")
    nodes, findings = composed(text, "x", Limits())
    assert findings == parsed.findings
    assert [d.texts for d in parsed.documents] == [texts(node) for node in nodes]
    assert all(f.span.line >= 1 for f in findings)


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.text("ab1.:#'\" \n-é~", max_size=8),
        lambda s: st.lists(s, max_size=3) | st.dictionaries(st.text("abn1~", min_size=1), s, max_size=3),
    )
)
def test_what_is_written_is_read(thing: Any) -> None:
    written = yaml.dump({"root": thing}, allow_unicode=True, Dumper=Plain)
    assert documents(written, "x").documents[0].value() == {"root": thing}


def test_an_ordinary_file_is_not_read_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yamltext, "composed", lambda *_: pytest.fail("read twice"))
    found = documents(TEXT * 1, "x").documents[0]
    assert found.texts["kind"] == "Table" and found.start.line == 2


def test_without_the_c_parser_everything_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    with_c = documents(TEXT + "x: *y\n", "x").findings
    monkeypatch.delattr("yaml.CSafeLoader")
    assert document(TEXT, "x").documents[0].at("spec", "list", 0).line == 9
    assert documents(TEXT + "x: *y\n", "x").findings == with_c


def test_unsound_documents_are_an_error_with_all_findings() -> None:
    with pytest.raises(InputError) as caught:
        sound(documents("a: *x\nb: *x", "x.yaml"), "x.yaml")
    assert len(caught.value.findings) == 2
    assert "x.yaml:2:4: error: alias *x" in str(caught.value)
    assert len(sound(documents("a: 1\n---\nb: 1", "x"), "x")) == 2


def test_a_thousand_tables_cost_about_what_their_events_cost() -> None:
    """As a ratio to PyYAML's own events, so that a busy machine does not decide."""
    column = "    column_{}: {{type: varchar(320), nullable: false}}\n"
    table = "kind: Table\nspec:\n  columns:\n" + "".join(column.format(i) for i in range(12)) + "---\n"
    text = table * 300

    def cost(work: Any) -> float:
        begun = time.process_time()
        work()
        return time.process_time() - begun

    rounds = [
        (cost(lambda: sum(1 for _ in yaml.parse(text, Loader=yaml.CSafeLoader))), cost(lambda: documents(text, "x")))
        for _ in range(7)
    ]
    events, ours = (min(spent) for spent in zip(*rounds, strict=True))
    assert ours < 2 * events


def test_a_hostile_file_stays_within_its_memory() -> None:
    source = Path(yamltext.__file__).parents[2]
    code = (
        "import resource; from reconciler.config.yamltext import documents\n"
        "resource.setrlimit(resource.RLIMIT_AS, (300 << 20, 300 << 20))\n"
        "for text in ('[' * 1_000_000, 'a: &a [' + '*a,' * 300_000, '{' * 300_000, 'x: \"' + 'y' * 3_000_000):\n"
        "    assert documents(text, 'x').findings\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=source, check=True, timeout=20)
