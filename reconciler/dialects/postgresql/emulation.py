"""What PostgreSQL keeps as something else: words of the other dialects, in a project that has them beside it."""

from __future__ import annotations

from typing import Final

from ..emulation import Emulation, Kept, fields, joined

EMULATION: Final = Emulation(
    types={
        "datetime": Kept(type="timestamp({})", how="timestamp"),
        "tinyint": Kept(type="smallint", how="smallint"),
        "mediumint": Kept(type="integer", how="integer"),
        "blob": Kept(type="bytea", how="bytea"),
        "tinyblob": Kept(type="bytea", how="bytea"),
        "mediumblob": Kept(type="bytea", how="bytea"),
        "longblob": Kept(type="bytea", how="bytea"),
        "binary": Kept(type="bytea", check="octet_length({column}) <= {}", how="bytea, its length is checked"),
        "varbinary": Kept(type="bytea", check="octet_length({column}) <= {}", how="bytea, its length is checked"),
        "clob": Kept(type="text", how="text"),
        "tinytext": Kept(type="text", how="text"),
        "mediumtext": Kept(type="text", how="text"),
        "longtext": Kept(type="text", how="text"),
        "nvarchar": Kept(type="varchar({})", how="varchar"),
        "year": Kept(type="smallint", how="smallint"),
        "integer unsigned": Kept(type="bigint", check="{column} >= 0", how="bigint, checked not to be negative"),
        "int unsigned": Kept(type="bigint", check="{column} >= 0", how="bigint, checked not to be negative"),
        "bigint unsigned": Kept(
            type="numeric(20)", check="{column} >= 0", how="numeric(20), checked not to be negative"
        ),
        "enum": Kept(type="text", check="{column} IN ({})", how="text, its values are checked"),
    },
    lacking=frozenset({"set"}),
    defaults={
        "current_timestamp()": "CURRENT_TIMESTAMP",
        "curdate()": "CURRENT_DATE",
        "curtime()": "LOCALTIME",
        "uuid()": "gen_random_uuid()",
    },
    left_out=joined(
        fields("table", words="strict without_rowid engine collation"),
        fields("column", words="invisible"),
        fields("primary_key", "unique", words="terms invisible"),
        fields("index", words="invisible"),
        fields("check", words="column"),
    ),
    refused=joined(
        fields("table", words="system_versioned periods"),
        fields("column", words="on_update versioning conflict"),
        fields("primary_key", "unique", words="conflict"),
    ),
    numbering="identity",
    partitions=True,
    casts=True,
)
