"""What MariaDB and MySQL keep as something else, in a project that has other dialects beside them."""

from __future__ import annotations

from typing import Final

from ..emulation import (
    ILIKE,
    INTERVALS,
    NO_TRACE,
    POSTGRESQL_ONLY,
    POSTGRESQL_TYPES,
    REGULAR_EXPRESSION,
    STANDARD_CASTS,
    STORAGE,
    Emulation,
    Foreign,
    Kept,
    fields,
    joined,
)

_UTC: Final = "datetime(6), no time zone: write UTC"

EMULATION: Final = Emulation(
    types={
        "boolean": Kept(type="boolean", check="{column} IN (0, 1)", how="tinyint(1) of 0 and 1, checked"),
        "varchar": Kept(type="varchar({})", bare="longtext"),
        "timestamp": Kept(type="datetime({})", bare="datetime(6)", how="datetime(6)"),
        "timestamptz": Kept(type="datetime({})", bare="datetime(6)", how=_UTC),
        "timetz": Kept(type="time({})", bare="time(6)", how="time(6), no time zone: write UTC"),
        "uuid": Kept(
            type="char(36)",
            check="{column} LIKE '________-____-____-____-____________'",
            how="char(36), its form is checked",
        ),
        "jsonb": Kept(type="json", how="json"),
        "bytea": Kept(type="longblob", how="longblob"),
        "clob": Kept(type="longtext", how="longtext"),
        "citext": Kept(type="longtext", how="longtext; its collation decides about case"),
        "inet": Kept(type="varchar(43)", how="varchar(43), its form is not checked"),
        "cidr": Kept(type="varchar(43)", how="varchar(43), its form is not checked"),
        "macaddr": Kept(type="varchar(17)", how="varchar(17), its form is not checked"),
        "real": Kept(type="float", how="float"),
        "serial": Kept(type="int", how="int, numbered", numbered=True),
        "bigserial": Kept(type="bigint", how="bigint, numbered", numbered=True),
        "smallserial": Kept(type="smallint", how="smallint, numbered", numbered=True),
    },
    array=Kept(type="json", check="json_type({column}) = 'ARRAY'", how="json, checked to be an array"),
    lacking=POSTGRESQL_TYPES,
    labels=lambda labels: f"enum({labels})",
    labels_checked=False,
    defaults={
        "gen_random_uuid()": "uuid()",
        "uuid_generate_v4()": "uuid()",
        "uuidv4()": "uuid()",
        "transaction_timestamp()": "current_timestamp()",
        "statement_timestamp()": "current_timestamp()",
        "clock_timestamp()": "sysdate()",
    },
    foreign=(
        STANDARD_CASTS,
        ILIKE,
        REGULAR_EXPRESSION,
        INTERVALS,
        Foreign(r"\|\|", "|| for texts (there it means OR)", "concat(..., ...) for it alone"),
    ),
    double_quotes=False,
    left_out=joined(
        fields("primary_key", "unique", "check", "foreign_key", "view", words="comment"),
        STORAGE,
        fields("table", words="strict without_rowid"),
        fields("primary_key", "unique", words="terms"),
        fields("check", words="column"),
    ),
    refused=joined(
        POSTGRESQL_ONLY,
        fields("foreign_key", words="deferrable initially_deferred"),
        fields("column", "primary_key", "unique", words="conflict"),
    ),
    kinds_left_out=NO_TRACE,
    methods=frozenset({"btree", "hash", "fulltext", "spatial"}),
    partial_indexes=False,
    partitioned=True,
    numbering="column",
)
