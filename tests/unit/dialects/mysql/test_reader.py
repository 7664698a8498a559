"""What SHOW CREATE TABLE prints is read into objects; what is not understood is an error, never a guess."""

from __future__ import annotations

import pytest

from reconciler.dialects.mysql.cursor import UnreadableError
from reconciler.dialects.mysql.reader import table_clause
from reconciler.dialects.mysql.tables import table_objects
from reconciler.model.address import Address
from reconciler.model.objects import Object
from reconciler.model.tables import Check, Column, ForeignKey, Index, PrimaryKey, Table, Unique

MARIADB = r"""CREATE TABLE `t` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT COMMENT 'a''b\\c\nd',
  `j` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL CHECK (json_valid(`j`)),
  `ts` timestamp(3) NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3),
  `g` int(11) GENERATED ALWAYS AS (`id` + 1) VIRTUAL INVISIBLE,
  `e` enum('a','b''c)') NOT NULL DEFAULT 'a',
  `n` int(11) DEFAULT nextval(`own`.`s`),
  `c` text /*M!100301 COMPRESSED*/ DEFAULT NULL,
  `w` int(11) DEFAULT -4 WITHOUT SYSTEM VERSIONING,
  PRIMARY KEY (`id`) COMMENT 'key',
  UNIQUE KEY `u` (`e`) USING HASH,
  KEY `k` (`c`(5) DESC,`id`) USING BTREE IGNORED,
  FULLTEXT KEY `f` (`c`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `fk` FOREIGN KEY (`id`) REFERENCES `other`.`p` (`x`) ON DELETE SET NULL ON UPDATE NO ACTION,
  CONSTRAINT `ck` CHECK (`id` > 0 and `e` <> 'it\'s)')
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci ROW_FORMAT=DYNAMIC COMMENT='x'
 PARTITION BY HASH (`id`)
PARTITIONS 4"""

MYSQL = """CREATE TABLE `t` (
  `id` int NOT NULL /*!80023 INVISIBLE */,
  `g` geometry NOT NULL /*!80003 SRID 4326 */,
  `s` varchar(10) CHARACTER SET latin1 DEFAULT (uuid()),
  PRIMARY KEY (`id`),
  UNIQUE KEY `u` (`s`,(lower(`s`))),
  KEY `k` ((`id` + 1)) /*!80000 INVISIBLE */,
  CONSTRAINT `ck` CHECK ((`id` > 0)) /*!80016 NOT ENFORCED */
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY RANGE (`id`)
(PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB) */"""


def read(sql: str) -> dict[Address, Object]:
    return {o.address: o for o in table_objects(sql, "own")}


def column(found: dict[Address, Object], name: str) -> Column:
    o = found[Address("column", "", name, "t")]
    assert isinstance(o, Column)
    return o


def test_columns_of_mariadb() -> None:
    found = read(MARIADB)
    own = column(found, "id")
    assert (own.type, own.auto_increment, own.comment) == ("int(10) unsigned", True, "a'b\\c\nd")
    assert column(found, "j").check == "json_valid(`j`)"
    assert column(found, "j").collation == "utf8mb4_bin"
    assert column(found, "ts").on_update == "current_timestamp(3)"
    generated = column(found, "g").generated
    assert generated is not None and (generated.expression, generated.stored) == ("`id` + 1", False)
    assert column(found, "g").invisible
    assert column(found, "e").type == "enum('a','b''c)')"
    assert column(found, "n").default == "nextval(`s`)"
    assert column(found, "c").compression == "zlib"
    assert (column(found, "w").default, column(found, "w").versioning) == ("-4", "without")


def test_keys_and_constraints_of_mariadb() -> None:
    found = read(MARIADB)
    key = found[Address("primary_key", "", "PRIMARY", "t")]
    assert isinstance(key, PrimaryKey) and not key.named and key.comment == "key"
    unique = found[Address("unique", "", "u", "t")]
    assert isinstance(unique, Unique) and unique.options == (("using", "hash"),)
    index = found[Address("index", "", "k", "t")]
    assert isinstance(index, Index) and index.keys == ("c(5) DESC", "id") and index.invisible
    full = found[Address("index", "", "f", "t")]
    assert isinstance(full, Index) and (full.method, full.options) == ("fulltext", (("parser", "ngram"),))
    foreign = found[Address("foreign_key", "", "fk", "t")]
    assert isinstance(foreign, ForeignKey)
    assert (foreign.target_schema, foreign.on_delete, foreign.spelled_out) == ("other", "set null", ("update",))
    check = found[Address("check", "", "ck", "t")]
    assert isinstance(check, Check) and check.expression == r"`id` > 0 and `e` <> 'it\'s)'"


def test_what_follows_the_columns() -> None:
    table = read(MARIADB)[Address("table", "", "t")]
    assert isinstance(table, Table)
    assert (table.engine, table.collation, table.comment) == ("InnoDB", "utf8mb4_general_ci", "x")
    assert table.options == (("row_format", "DYNAMIC"),)
    assert table.partition_by == "HASH (`id`)\nPARTITIONS 4"


def test_a_table_of_mysql() -> None:
    found = read(MYSQL)
    assert column(found, "id").invisible
    assert column(found, "g").options == (("srid", "4326"),)
    assert (column(found, "s").default, column(found, "s").collation) == ("(uuid())", "latin1")
    unique = found[Address("index", "", "u", "t")]
    assert isinstance(unique, Index) and unique.unique and unique.keys == ("s", "(lower(`s`))")
    index = found[Address("index", "", "k", "t")]
    assert isinstance(index, Index) and index.invisible and index.keys == ("(`id` + 1)",)
    check = found[Address("check", "", "ck", "t")]
    assert isinstance(check, Check) and not check.enforced and check.expression == "(`id` > 0)"
    table = found[Address("table", "", "t")]
    assert isinstance(table, Table)
    assert table.partition_by == "RANGE (`id`)\n(PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB)"


def test_bytes_that_are_no_text_become_digits() -> None:
    sql = "CREATE TABLE `t` (\n  `b` varbinary(5) DEFAULT '\\0\udcff'\n) ENGINE=InnoDB"
    assert column(read(sql), "b").default == "x'00ff'"


@pytest.mark.parametrize(
    "sql",
    ["CREATE TABLE `t` (\n  `a` int(11) ???\n)", "CREATE TABLE `t` (\n  `a` int(11)", "CREATE VIEW `v` AS select 1",
     "CREATE TABLE `t` (\n  FOO `a`\n)", "CREATE TABLE `t` (\n  `a` int(11)\n) ENGINE=X\n PARTITION BY",
     "CREATE TABLE `t` (\n  `a` int(11),\n", "CREATE TABLE `t` (\n", "CREATE TABLE `t` (\n  KEY `k` (`a`,\n)"],
)  # fmt: skip
def test_what_is_not_understood_is_an_error(sql: str) -> None:
    with pytest.raises(UnreadableError):
        table_clause(sql)
