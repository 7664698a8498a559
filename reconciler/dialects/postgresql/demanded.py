"""Rows of kinds that most databases have none of: which are asked for, and the addresses of what they are about.

Whether there are any is told by the one query that lists everything else (`others`), so a database without them pays
for none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from ...model.address import Address

WRAPPER, SERVER, USER_MAPPING, PUBLICATION, PUBLICATION_TABLE, SUBSCRIPTION = 2328, 1417, 1418, 6104, 6106, 6100
OPERATOR, CLASS_OF_OPERATORS, FAMILY, CAST, CONFIGURATION, DICTIONARY = 2617, 2616, 2753, 2605, 3602, 3600
MEMBERS: Final = frozenset({2602, 2603})
"""pg_amop and pg_amproc: their dependencies are those of the class or family that has them."""

PARTS: Final = frozenset({"publication relation", "publication namespace"})
"""What is listed by itself and is a part of a publication."""
FOREIGN_TABLE: Final = "foreign table"
_DEMANDED: Final[dict[str, frozenset[str]]] = {
    "foreign_data_wrappers": frozenset({"foreign-data wrapper"}),
    "servers": frozenset({"foreign server"}),
    "user_mappings": frozenset({"user mapping"}),
    "foreign_tables": frozenset({FOREIGN_TABLE}),
    "publications": frozenset({"publication"}),
    "publication_tables": frozenset({"publication relation"}),
    "subscriptions": frozenset({"subscription"}),
    "operators": frozenset({"operator"}),
    "operator_families": frozenset({"operator family"}),
    "user_operator_classes": frozenset({"operator class"}),
    "operator_members": frozenset({"operator family", "operator class"}),
    "casts": frozenset({"cast"}),
    "text_search_dictionaries": frozenset({"text search dictionary"}),
    "text_search_configurations": frozenset({"text search configuration"}),
    "text_search_mappings": frozenset({"text search configuration"}),
}
Row = tuple[Any, ...]
Name = Callable[[Row], str]


def wanted(others: Sequence[Row], relations: Sequence[Row]) -> dict[str, bool]:
    """Of each query, whether there is anything that it would find."""
    there = {r[2] for r in others} | ({FOREIGN_TABLE} if any(r[3] == "f" for r in relations) else set())
    return {name: not there.isdisjoint(whats) for name, whats in _DEMANDED.items()}


def operator_name(r: Row) -> str:
    return f"{r[2]}({r[3] or 'NONE'},{r[4] or 'NONE'})"


def using_name(r: Row) -> str:
    """The name of a class or family, which is unique for its access method only."""
    return f"{r[2]} using {r[3]}"


def cast_name(r: Row) -> str:
    return f"{r[1]} as {r[2]}"


_OF_THE_DATABASE: Final[tuple[tuple[str, int, str, Name], ...]] = (
    ("foreign_data_wrappers", WRAPPER, "foreign_data_wrapper", lambda r: r[1]),
    ("servers", SERVER, "server", lambda r: r[1]),
    ("publications", PUBLICATION, "publication", lambda r: r[1]),
    ("subscriptions", SUBSCRIPTION, "subscription", lambda r: r[1]),
    ("casts", CAST, "cast", cast_name),
)
_IN_SCHEMAS: Final[tuple[tuple[str, int, str, Name], ...]] = (
    ("operators", OPERATOR, "operator", operator_name),
    ("operator_families", FAMILY, "operator_family", using_name),
    ("user_operator_classes", CLASS_OF_OPERATORS, "operator_class", using_name),
    ("text_search_dictionaries", DICTIONARY, "text_search_dictionary", lambda r: r[2]),
    ("text_search_configurations", CONFIGURATION, "text_search_configuration", lambda r: r[2]),
)


def addresses(
    rows: Mapping[str, Sequence[Row]], schemas: Mapping[int, str]
) -> Iterator[tuple[tuple[int, int], Address]]:
    """Class and number of what has an address of its own."""
    for query, number, kind, name in _OF_THE_DATABASE:
        for r in rows[query]:
            yield (number, r[0]), Address(kind, "", name(r))
    for query, number, kind, name in _IN_SCHEMAS:
        for r in rows[query]:
            if r[1] in schemas:
                yield (number, r[0]), Address(kind, schemas[r[1]], name(r))
    for r in rows["user_mappings"]:
        yield (USER_MAPPING, r[0]), Address("user_mapping", "", r[2] or "public", r[1])
