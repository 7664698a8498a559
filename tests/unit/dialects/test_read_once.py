"""What is read once for all tables that have it is read as it would be with its table."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.dialects.mysql import cursor as mysql_cursor
from reconciler.dialects.mysql import reader as mysql
from reconciler.dialects.sqlite import reader as sqlite
from reconciler.dialects.sqlite.comments import comments
from reconciler.dialects.sqlite.cursor import UnreadableError
from reconciler.dialects.sqlite.programs import Relation, _read_index, _simple_index
from reconciler.dialects.sqlite.tokens import tokens
from reconciler.model.address import Address

_MYSQL = (
    "`id` bigint(20) NOT NULL AUTO_INCREMENT", "`e` enum('a','b,','c)') DEFAULT 'a'", "`name` text DEFAULT NULL",
    "`c` varchar(9) NOT NULL DEFAULT 'it''s, (a' COMMENT 'one, two'", "`'` int(11) DEFAULT 1", "`a'b` int(11)",
    "`x` varchar(9) DEFAULT 'two\n  `y` int(11),\n'", "`m\nn` int(11) DEFAULT NULL", "`b``t` int(11) DEFAULT -1",
    "`s` varchar(9) DEFAULT 'back\\\\slash\\'', `odd` int", "`g` int(11) GENERATED ALWAYS AS (`a` +\n `b`) STORED",
    "`v` int(11) GENERATED ALWAYS AS (`id` - 1) VIRTUAL /*M!100301 COMPRESSED*/", "`w` int(11) /*!80023 INVISIBLE */",
    "`k` longtext CHECK (json_valid(`k`))", "`ü` varchar(9) COLLATE utf8mb4_bin DEFAULT 'ü'", "`q` text DEFAULT '`'",
    "PRIMARY KEY (`id`)", "KEY `e` (`e`)", "CONSTRAINT `ch` CHECK (`id` > 0)", "UNIQUE KEY `u``x` (`e`,`id` DESC)",
    "KEY `e2` (`e`)", "KEY `p` (`e`(3)) USING HASH COMMENT 'it''s'",
    "FULLTEXT KEY `ft` (`e`) /*!50100 WITH PARSER `x` */",
    "UNIQUE KEY `w` (`id`,`p` WITHOUT OVERLAPS)", "CONSTRAINT `c2` CHECK (`id` in (1,\n 2))",
    "CONSTRAINT `c3` CHECK (`e` <> 'REFERENCES `t` (')", "CONSTRAINT `c4` CHECK (`e` <> '`,\n  `x` int')",
    "CONSTRAINT `f` FOREIGN KEY (`a`,`b`) REFERENCES `p` (`x`,`y`) ON DELETE SET NULL ON UPDATE CASCADE",
    "CONSTRAINT `f2` FOREIGN KEY (`a`) REFERENCES `q` (`x`)",
    "CONSTRAINT `f3` FOREIGN KEY (`a`) REFERENCES `d`.`q` (`x`)",
    "CONSTRAINT `f``4` FOREIGN KEY (`a`) REFERENCES `q``r` (`x`) MATCH FULL", "CONSTRAINT `f5` FOREIGN KEY (`a`) FOO",
    "PERIOD FOR SYSTEM_TIME (`a`, `b`)", "CONSTRAINT `c6` CHECK (`id` - 1 > 0)", "KEY `odd` (`e`", "CHECK (`id` > 1)",
)  # fmt: skip
_MYSQL_ENDS = (
    " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4", " ENGINE=InnoDB AUTO_INCREMENT=7 COMMENT='a\\n)b' `X`=1", "", " ENGINE=",
    " ENGINE=InnoDB WITH SYSTEM VERSIONING\n PARTITION BY HASH (`id`)\nPARTITIONS 4", ",\n  `late` int(11)\n) ENGINE=X",
)
_SQLITE = (
    "id INTEGER NOT NULL", "id integer primary key", "name TEXT", 'name VARCHAR ( 20 , 2 ) NOT NULL DEFAULT "x"',
    "amount NUMERIC(12,2) NOT NULL ON CONFLICT FAIL DEFAULT (1 + (2))", "'quoted' TEXT COLLATE nocase",
    "Total INT GENERATED ALWAYS AS (a, b) STORED", "t AS (id + 1)", "r INT REFERENCES p (id) ON DELETE CASCADE",
    '"Has Caps" int', "n NULL",
    "u text UNIQUE", "k int CHECK (k > 0)", "d int DEFAULT -1", "w int /* a comment */", "x int -- to the end\n",
    "b BLOB DEFAULT x'00'", "e", "PRIMARY KEY (id)", "CONSTRAINT c CHECK (id > 0)", "f int NOT NULL DEFERRABLE",
    "g text DEFAULT 'a,b)'", "[h] int DEFAULT", "UNIQUE (id, name)", "FOREIGN KEY (id) REFERENCES p",
)  # fmt: skip


def _outcome(read: Callable[..., object], *args: object) -> object:
    try:
        return read(*args)
    except (UnreadableError, mysql_cursor.UnreadableError) as error:
        return str(error)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(_MYSQL), min_size=1, max_size=6), st.sampled_from(_MYSQL_ENDS))
def test_a_printed_table_reads_the_same_with_and_without_what_is_remembered(items: list[str], end: str) -> None:
    sql = "CREATE TABLE `t` (\n  " + ",\n  ".join(items) + f"\n){end}"
    for _ in range(2):
        assert _outcome(mysql.table_clause, sql) == _outcome(mysql._Reader(sql).table)


class _Forgetful(sqlite._Reader):
    _column = sqlite._Reader._read_column


@settings(max_examples=120, deadline=None)
@given(st.lists(st.sampled_from(_SQLITE), min_size=1, max_size=6), st.sampled_from(["", " STRICT", " WITHOUT ROWID"]))
def test_a_sqlite_table_reads_the_same_with_and_without_what_is_remembered(items: list[str], options: str) -> None:
    sql = f"CREATE TABLE t ({', '.join(items)}){options}"
    expected = _outcome(_Forgetful(tokens(sql), comments(sql)).table)
    for _ in range(2):
        assert _outcome(sqlite.table_clause, sql) == expected


_TERMS = ("a", "B", "c DESC", "a asc", "desc", "b desc desc", "c COLLATE nocase", "lower(a)")
_WHERE = ("", " WHERE a", " where b IS NOT NULL AND c > 'x;y'", " WHERE a -- why", " WHERE lower(c) = 'B' ;")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(_TERMS), min_size=1, max_size=3), st.sampled_from(_WHERE))
def test_an_index_reads_the_same_with_and_without_the_reader(terms: list[str], where: str) -> None:
    owner = Relation(Address("table", "", "t"), {"a": "a", "b": "B", "c": "c"})
    sql = f"CREATE INDEX i ON t ({', '.join(terms)}){where}"
    quick = _outcome(_simple_index, sql, owner)
    assert quick is None or quick == _outcome(_read_index, sql, owner)
