"""Foreign data, publications, operators, casts and text search out of a snapshot's rows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final

from ...model.address import Address
from ...model.extending import (
    Cast,
    Operator,
    OperatorClass,
    OperatorFamily,
    TextSearchConfiguration,
    TextSearchDictionary,
)
from ...model.foreign import ForeignDataWrapper, Publication, PublicationTable, Server, Subscription, UserMapping
from ...model.objects import Object
from . import demanded
from .ddl_subscriptions import DEFAULTS as SUBSCRIPTION_DEFAULTS
from .snapshot import CLASS, Row, Snapshot, foreign_options
from .spelling import unbracketed

_CONTEXTS: Final[dict[str, Any]] = {"e": "explicit", "a": "assignment", "i": "implicit"}
_PUBLISHED: Final = ("insert", "update", "delete", "truncate")


def all_of(s: Snapshot) -> Iterator[Object]:
    return chain(
        _wrappers(s), _servers(s), _user_mappings(s), _publications(s), _publication_tables(s), _subscriptions(s),
        _operators(s), _families(s), _classes(s), _casts(s), _dictionaries(s), _configurations(s),
    )  # fmt: skip


def _own(s: Snapshot, query: str, number: int) -> Iterator[tuple[Row, Address]]:
    """The rows of what is ours to manage, with its address."""
    for r in s.rows[query]:
        own = s.addresses.get((number, r[0]))
        if own is not None and not s.owned(number, r[0]):
            yield r, own


def _wrappers(s: Snapshot) -> Iterator[Object]:
    for r, own in _own(s, "foreign_data_wrappers", demanded.WRAPPER):
        yield ForeignDataWrapper(
            name=own.name, comment=s.comment(demanded.WRAPPER, r[0]), refs=s.depends(demanded.WRAPPER, r[0]),
            handler=r[2], validator=r[3], options=foreign_options(r[4]),
        )  # fmt: skip


def _servers(s: Snapshot) -> Iterator[Object]:
    for r, own in _own(s, "servers", demanded.SERVER):
        yield Server(
            name=own.name, comment=s.comment(demanded.SERVER, r[0]), refs=s.depends(demanded.SERVER, r[0]),
            wrapper=r[2], type=r[3], version=r[4], options=foreign_options(r[5]),
        )  # fmt: skip


def _user_mappings(s: Snapshot) -> Iterator[Object]:
    for r, own in _own(s, "user_mappings", demanded.USER_MAPPING):
        yield UserMapping(name=own.name, table=own.parent, options=foreign_options(r[3]))


def _publications(s: Snapshot) -> Iterator[Object]:
    for r, own in _own(s, "publications", demanded.PUBLICATION):
        published = tuple(what for what, on in zip(_PUBLISHED, r[3:7], strict=True) if on)
        options = [("publish", ", ".join(published))] if published != _PUBLISHED else []
        options += [("publish_via_partition_root", "true")] if r[7] else []
        options += [("publish_generated_columns", "stored")] if r[8] == "s" else []
        yield Publication(
            name=own.name, comment=s.comment(demanded.PUBLICATION, r[0]), all_tables=r[2],
            schemas=tuple(r[9]), options=tuple(sorted(options)),
        )  # fmt: skip


def _publication_tables(s: Snapshot) -> Iterator[Object]:
    for oid, publication, relation, columns, where in s.rows["publication_tables"]:
        table = s.addresses.get((CLASS, relation))
        if table is not None and relation in s.relations and not s.owned(demanded.PUBLICATION_TABLE, oid):
            names = s.names[relation]
            refs = s.depends(demanded.PUBLICATION_TABLE, oid)
            yield PublicationTable(
                schema=table.schema, name=publication, table=table.name,
                refs=tuple(a for a in refs if a.kind != "publication" and a != table),
                columns=tuple(names[n] for n in sorted(columns)) if columns else (),
                where=unbracketed(where) if where is not None else None,
            )  # fmt: skip


_STREAMING: Final = {"f": "off", "t": "on", "p": "parallel"}


def _subscriptions(s: Snapshot) -> Iterator[Object]:
    for r, own in _own(s, "subscriptions", demanded.SUBSCRIPTION):
        options = {
            "slot_name": "NONE" if r[4] is None else r[4], "synchronous_commit": r[5], "binary": _word(r[6]),
            "streaming": _STREAMING.get(r[7]) or ("on" if r[7] == "true" else "off"), "two_phase": _word(r[8]),
            "disable_on_error": _word(r[9]), "origin": r[10], "password_required": _word(r[11]),
            "run_as_owner": _word(r[12]), "failover": _word(r[13]),
        }  # fmt: skip
        usual = {**SUBSCRIPTION_DEFAULTS, "slot_name": own.name, "streaming": r[14]}
        yield Subscription(
            name=own.name, comment=s.comment(demanded.SUBSCRIPTION, r[0]), publications=tuple(sorted(r[2])),
            enabled=r[3], options=tuple(sorted((k, v) for k, v in options.items() if usual[k] != v)),
        )  # fmt: skip


def _word(on: bool) -> str:
    return "true" if on else "false"


def _operators(s: Snapshot) -> Iterator[Object]:
    for r, own in _own(s, "operators", demanded.OPERATOR):
        yield Operator(
            schema=own.schema, name=own.name, comment=s.comment(demanded.OPERATOR, r[0]),
            refs=s.depends(demanded.OPERATOR, r[0]), function=r[5], commutator=r[6], negator=r[7], restrict=r[8],
            join=r[9], hashes=r[10], merges=r[11],
        )  # fmt: skip


class _Members:
    """What an operator class or family is made of, and what that refers to."""

    def __init__(self, s: Snapshot, number: int, oid: int) -> None:
        rows = [r for r in s.rows["operator_members"] if (r[2], r[3]) == (number, oid)]
        self.texts = tuple(sorted((r[4] for r in rows), key=_rank))
        own = s.addresses[number, oid]
        found = {a for r in rows for a in s.depends(r[0], r[1])} | set(s.depends(number, oid))
        self.refs = tuple(sorted(a for a in found if a != own))


def _rank(member: str) -> tuple[str, int, str]:
    what, number, _ = member.split(" ", 2)
    return "" if what == "OPERATOR" else what, int(number), member


def _families(s: Snapshot) -> Iterator[Object]:
    for r, own in _own(s, "operator_families", demanded.FAMILY):
        members = _Members(s, demanded.FAMILY, r[0])
        yield OperatorFamily(
            schema=own.schema, name=own.name, comment=s.comment(demanded.FAMILY, r[0]),
            refs=tuple(a for a in members.refs if a.kind != "operator_class"), members=members.texts,
        )  # fmt: skip


def _classes(s: Snapshot) -> Iterator[Object]:
    for r, own in _own(s, "user_operator_classes", demanded.CLASS_OF_OPERATORS):
        members = _Members(s, demanded.CLASS_OF_OPERATORS, r[0])
        yield OperatorClass(
            schema=own.schema, name=own.name, comment=s.comment(demanded.CLASS_OF_OPERATORS, r[0]),
            refs=members.refs, type=r[4], family=r[5], default=r[6], storage=r[7], members=members.texts,
        )  # fmt: skip


def _casts(s: Snapshot) -> Iterator[Object]:
    for r, own in _own(s, "casts", demanded.CAST):
        yield Cast(
            name=own.name, comment=s.comment(demanded.CAST, r[0]), refs=s.depends(demanded.CAST, r[0]),
            function=r[3], inout=r[5] == "i", context=_CONTEXTS[r[4]],
        )  # fmt: skip


def _dictionaries(s: Snapshot) -> Iterator[Object]:
    for r, own in _own(s, "text_search_dictionaries", demanded.DICTIONARY):
        yield TextSearchDictionary(
            schema=own.schema, name=own.name, comment=s.comment(demanded.DICTIONARY, r[0]),
            refs=s.depends(demanded.DICTIONARY, r[0]), template=r[3], options=r[4],
        )  # fmt: skip


def _configurations(s: Snapshot) -> Iterator[Object]:
    for r, own in _own(s, "text_search_configurations", demanded.CONFIGURATION):
        mappings = ((token, dictionaries) for oid, token, dictionaries in s.rows["text_search_mappings"] if oid == r[0])
        yield TextSearchConfiguration(
            schema=own.schema, name=own.name, comment=s.comment(demanded.CONFIGURATION, r[0]),
            refs=s.depends(demanded.CONFIGURATION, r[0]), parser=r[3], mappings=tuple(sorted(mappings)),
        )  # fmt: skip
