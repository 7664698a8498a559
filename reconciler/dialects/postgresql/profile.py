"""PostgreSQL as the planner sees it, by server version."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

from ...model.address import Address
from ...model.catalog import Catalog
from ...model.objects import Object
from ...model.profile import Profile
from ...model.tables import Check, Table
from .beyond import out_of_order
from .calls import called
from .default_privileges import uninvited
from .effects import detached, effect, in_place
from .privileges import canonical
from .refusals import refusals
from .rewrites import rewriting
from .rows_given import placed
from .spelling import ident
from .typed import typed

_RELATIONS: Final = """
    table view materialized_view sequence index primary_key unique exclusion composite_type enum domain
    range_type
"""


_ALTERABLE: Final[dict[str, str]] = {
    "schema": "comment",
    "extension": "comment version installed_in",
    "collation": "comment",
    "enum": "comment labels",
    "domain": "comment default nullable",
    "domain_check": "comment not_valid",
    "composite_type": "comment attributes",
    "range_type": "comment",
    "sequence": "comment type options unlogged",
    "sequence_owner": "table column comment",
    "table": "comment unlogged options access_method tablespace inherits partition_of bound of_type replica_identity "
    "row_security force_row_security server_options",
    "column": "comment type nullable default identity generated collation storage compression statistics options "
    "not_null_name not_null server_options",
    "primary_key": "comment depends_on_extensions options tablespace clustered replica_identity index_comment",
    "unique": "comment depends_on_extensions options tablespace clustered replica_identity index_comment",
    "check": "comment not_valid inherited",
    "foreign_key": "comment not_valid deferrable initially_deferred",
    "exclusion": "comment index_comment depends_on_extensions options tablespace clustered",
    "index": "comment depends_on_extensions options tablespace clustered replica_identity statistics attached_to "
    "constraint_comment",
    "view": "comment definition columns options column_comments column_defaults",
    "materialized_view": "comment depends_on_extensions options access_method tablespace column_comments "
    "column_storage column_compression column_statistics column_options",
    "function": "comment depends_on_extensions definition defaults language",
    "trigger": "comment depends_on_extensions definition enabled",
    "trigger_state": "comment enabled",
    "rule": "comment definition enabled",
    "policy": "comment roles using check",
    "statistics": "comment target",
    "event_trigger": "comment enabled",
    "owner": "role",
    "grant": "privileges",
    "default_privilege": "privileges",
    "role": "comment login superuser create_database create_role inherit replication bypass_row_security "
    "connection_limit valid_until settings",
    "membership": "admin inherit set_role",
    "foreign_data_wrapper": "comment handler validator options",
    "server": "comment version options",
    "user_mapping": "options",
    "publication": "comment schemas options",
    "publication_table": "columns where",
    "subscription": "comment publications enabled options",
    "operator": "comment restrict join",
    "operator_family": "comment members",
    "operator_class": "comment",
    "cast": "comment",
    "text_search_dictionary": "comment options",
    "text_search_configuration": "comment mappings",
}

_SINCE: Final = {
    "copies_follow": 15,
    "guarded_public": 15,
    "membership_options": 16,
    "nulls_not_distinct": 15,
    "set_access_method": 15,
    "unlogged_sequences": 15,
    "storage_default": 16,
    "set_expression": 17,
    "maintain": 17,
    "not_null_names": 18,
    "parallel_streaming": 18,
    "virtual_generated": 18,
    "alter_enforced": 18,
}
"""Capabilities by the first major version that has them."""

_RENAMES: Final = frozenset(_ALTERABLE) - {
    "extension", "sequence_owner", "function", "collation", "user_mapping", "publication_table", "operator",
    "operator_family", "operator_class", "cast", "subscription", "owner", "grant", "default_privilege", "role",
    "membership", "trigger_state",
}  # fmt: skip
_CONSTRAINTS: Final = ("primary_key", "unique", "check", "foreign_key", "exclusion")
_AUTO_RENAMES: Final = frozenset(
    {"primary_key", "unique", "check", "foreign_key", "exclusion", "index", "domain_check"}
)


def _implicit(a: Address) -> bool:
    return a.kind == "schema" and a.name == "public"


def _renamable(o: Object, catalog: Catalog) -> bool:
    """The constraints of a typed table keep their names (14 to 18); those of a parent are renamed there."""
    if isinstance(o, Check) and o.inherited:
        return False
    table = catalog.get(o.parent) if o.parent is not None and o.kind in _CONSTRAINTS else None
    return not isinstance(table, Table) or table.of_type is None


def profile(version: Sequence[int]) -> Profile:
    """The profile of a server version, of which only the major number counts."""
    return _profile(version[0] if version else 18)


@cache
def _profile(major: int) -> Profile:
    capabilities = {name: major >= since for name, since in _SINCE.items()}
    alterable = {kind: frozenset(fields.split()) for kind, fields in _ALTERABLE.items()}
    if capabilities["alter_enforced"]:
        alterable["foreign_key"] |= {"enforced"}
    if not capabilities["unlogged_sequences"]:
        alterable["sequence"] -= {"unlogged"}
    return Profile(
        name="postgresql",
        kinds=frozenset(_ALTERABLE) | {"access"},
        folds=frozenset({"column", "primary_key", "unique", "check", "exclusion", "domain_check"}),
        alterable=alterable,
        in_place=in_place(capabilities),
        effect=effect,
        renames=_RENAMES,
        auto_renames=_AUTO_RENAMES,
        renamable=_renamable,
        names=dict.fromkeys(_RELATIONS.split(), "relation"),
        part_names=dict.fromkeys(_CONSTRAINTS, "constraint"),
        rewrite=rewriting(capabilities),
        refusals=refusals,
        placed=lambda catalog: placed(catalog) | typed(catalog),
        uninvited=uninvited(maintain=capabilities["maintain"], guarded=capabilities["guarded_public"]),
        out_of_order=out_of_order,
        canonical=canonical(maintain=capabilities["maintain"], guarded=capabilities["guarded_public"]),
        detached=detached,
        added_alone=lambda o: o.kind in ("check", "exclusion", "domain_check"),
        called=called,
        identifier_bytes=63,
        spelled=ident,
        default_schema="public",
        implicit=_implicit,
        capabilities=capabilities,
    )
