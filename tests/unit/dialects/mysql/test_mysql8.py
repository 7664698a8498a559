"""MySQL 8.4 without a server: inspection of recorded catalog rows, and the statements for it, as its manual has them.

None of it is proven until the cases run on a server that RECONCILE_TEST_MYSQL_URL names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec import structs

from reconciler.control.compare import compare
from reconciler.control.sides import Side
from reconciler.dialects.base import Scope
from reconciler.dialects.mysql import DIALECT
from reconciler.dialects.mysql.inspect import inspect, query
from reconciler.dialects.mysql.session import MySQLSession
from reconciler.dialects.mysql.tokens import literal
from reconciler.model.access import Grant, Membership, Role
from reconciler.model.address import Address
from reconciler.model.catalog import Catalog
from reconciler.model.programs import Event, Procedure, Trigger, View
from reconciler.model.tables import Check, Column, Generated, Index, PrimaryKey, Table

VERSION = (8, 4, 3)
USUAL = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
    "NO_ENGINE_SUBSTITUTION"
)
TABLE = """CREATE TABLE `users` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `email` varchar(320) COLLATE utf8mb4_0900_ai_ci NOT NULL,
  `kind` varchar(10) CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL DEFAULT 'it''s',
  `token` binary(16) DEFAULT (uuid_to_bin(uuid())),
  `made` timestamp NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  `secret` int DEFAULT '0' /*!80023 INVISIBLE */,
  `place` point NOT NULL /*!80003 SRID 4326 */,
  `lower` varchar(320) COLLATE utf8mb4_0900_ai_ci GENERATED ALWAYS AS (lower(`email`)) VIRTUAL,
  `data` json DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `email` (`email`),
  KEY `by_year` ((year(`made`)) DESC),
  KEY `hidden` (`kind`) /*!80000 INVISIBLE */,
  SPATIAL KEY `place` (`place`),
  CONSTRAINT `positive` CHECK ((`secret` >= 0)) /*!80016 NOT ENFORCED */
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY RANGE (`id`)
(PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB,
 PARTITION p1 VALUES LESS THAN MAXVALUE ENGINE = InnoDB) */"""
VIEW = (
    "CREATE ALGORITHM=UNDEFINED DEFINER=`app`@`%` SQL SECURITY DEFINER VIEW `names` AS "
    "select `shop`.`users`.`email` AS `email` from `shop`.`users`"
)
TRIGGER = (
    "CREATE DEFINER=`root`@`localhost` TRIGGER `t1` BEFORE INSERT ON `users` FOR EACH ROW "
    "SET NEW.email = lower(NEW.email)"
)
PROCEDURE = "CREATE DEFINER=`root`@`localhost` PROCEDURE `p`()\nSELECT 1"
EVENT = (
    "CREATE DEFINER=`root`@`localhost` EVENT `e` ON SCHEDULE EVERY 1 DAY STARTS '2024-01-01 00:00:00' "
    "ON COMPLETION NOT PRESERVE ENABLE DO SELECT 1"
)


class Recorded(MySQLSession):
    """What a MySQL 8.4 answers to each question that inspection asks; any other is a failure."""

    def __init__(self) -> None:
        self.version, self.database, self.target = VERSION, "shop", "mysql://recorded"
        lists = {
            "database": [("utf8mb4_0900_ai_ci",)],
            "tables": [("names", "VIEW"), ("users", "BASE TABLE")],
            "triggers": [("t1", "users", "BEFORE", "INSERT", 1)],
            "routines": [("p", "PROCEDURE")],
            "events": [("e", "SYSTEM", 1)],
            "grants": [
                ("'app'@'%'", "table", "users", "", "SELECT", "YES"),
                ("'app'@'%'", "table", "users", "email", "UPDATE", "YES"),
                ("'reader'@'%'", "procedure", "p", "", "Execute", "NO"),
            ],
            "roles_mysql": [("reader", "%")],
            "memberships_mysql": [("reader", "%", "app", "%", "N")],
        }
        self._answers = {query(n).replace("%s", literal("shop")): rows for n, rows in lists.items()}
        self._answers |= {
            "SELECT CURRENT_USER()": [("root@localhost",)],
            "SELECT @@SESSION.sql_mode": [("STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",)],
            "SHOW CREATE TABLE `users`": [("users", TABLE)],
            "SHOW CREATE VIEW `names`": [("names", VIEW, "utf8mb4", "utf8mb4_0900_ai_ci")],
            "SHOW CREATE TRIGGER `t1`": [("t1", USUAL, TRIGGER, "utf8mb4", "utf8mb4_0900_ai_ci", "", None)],
            "SHOW CREATE PROCEDURE `p`": [("p", "ANSI_QUOTES", PROCEDURE, "utf8mb4", "", "")],
            "SHOW CREATE EVENT `e`": [("e", USUAL, "SYSTEM", EVENT, "utf8mb4", "", "")],
        }

    def rows(self, sql: str, params: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return list(self._answers[sql])

    printed = rows

    @contextmanager
    def transaction(self, **_: Any) -> Iterator[None]:
        yield

    def beside(self) -> Recorded:
        return self

    def close(self) -> None:
        """There is nothing to close."""


@pytest.fixture(scope="module")
def found() -> Catalog:
    return inspect(Recorded(), Scope(topics=frozenset({"grants", "roles"})))


def column(found: Catalog, name: str) -> Column:
    o = found[Address("column", "", name, "users")]
    assert isinstance(o, Column)
    return o


def test_a_table_of_mysql_8_is_read_with_all_that_only_it_has(found: Catalog) -> None:
    assert not found.unmodelled
    table = found[Address("table", "", "users")]
    assert isinstance(table, Table)
    assert table.collation == "utf8mb4_0900_ai_ci"
    assert table.partition_by is not None and table.partition_by.startswith("RANGE (`id`)")
    assert column(found, "email").collation is None
    assert column(found, "kind").collation == "latin1_swedish_ci"
    assert column(found, "token").default == "(uuid_to_bin(uuid()))"
    assert column(found, "made").on_update == "CURRENT_TIMESTAMP"
    assert column(found, "secret").invisible
    assert column(found, "place").options == (("srid", "4326"),)
    assert column(found, "lower").generated == Generated(expression="lower(`email`)", stored=False)
    assert column(found, "data").type == "json"
    by_year = found[Address("index", "", "by_year", "users")]
    assert isinstance(by_year, Index) and by_year.keys == ("(year(`made`)) DESC",)
    hidden = found[Address("index", "", "hidden", "users")]
    assert isinstance(hidden, Index) and hidden.invisible
    check = found[Address("check", "", "positive", "users")]
    assert isinstance(check, Check) and (check.expression, check.enforced) == ("(`secret` >= 0)", False)


def test_programs_of_mysql_8_are_read_with_definer_and_mode(found: Catalog) -> None:
    view, event = found[Address("view", "", "names")], found[Address("event", "", "e")]
    trigger, procedure = found[Address("trigger", "", "t1", "users")], found[Address("procedure", "", "p")]
    assert isinstance(view, View) and view.definer == "`app`@`%`"
    assert view.definition == "select `users`.`email` AS `email` from `users`"
    assert isinstance(trigger, Trigger) and (trigger.definer, trigger.sql_mode) == (None, None)
    assert isinstance(procedure, Procedure) and procedure.sql_mode == "ANSI_QUOTES"
    assert isinstance(event, Event) and event.time_zone is None and "STARTS" not in event.definition


def test_grants_and_roles_of_mysql_8_are_read(found: Catalog) -> None:
    assert found.says == {"grants", "roles"}
    said = sorted((g.on.name, g.column, g.grantee, g.privileges) for g in found.of(Grant))
    assert said == [
        ("p", "", "reader@%", ("execute",)),
        ("users", "", "app@%", ("select*",)),
        ("users", "email", "app@%", ("update*",)),
    ]
    assert [r.name for r in found.of(Role)] == ["reader@%"]
    assert [(m.name, m.member) for m in found.of(Membership)] == [("reader@%", "app@%")]


def planned(found: Catalog, changed: Catalog) -> list[str]:
    there = compare(Side(label="a", catalog=found), Side(label="b", catalog=changed), DIALECT)
    return [s.sql for _, statements in there.work() for s in statements]


def text(found: Catalog, changed: Catalog) -> str:
    return "\n".join(planned(found, changed))


def test_everything_is_made_from_nothing_in_mysqls_words(found: Catalog) -> None:
    said = text(Catalog(dialect="mysql", version=VERSION, says=found.says), found)
    for part in (
        "`secret` int DEFAULT '0' INVISIBLE",
        "`place` point SRID 4326 NOT NULL",
        "GENERATED ALWAYS AS (lower(`email`)) VIRTUAL",
        "KEY `by_year` ((year(`made`)) DESC)",
        "KEY `hidden` (`kind`) INVISIBLE",
        "CONSTRAINT `positive` CHECK ((`secret` >= 0)) NOT ENFORCED",
        "DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci",
        "CREATE ROLE IF NOT EXISTS 'reader'@'%'",
        "GRANT 'reader'@'%' TO 'app'@'%'",
        "GRANT SELECT ON `users` TO 'app'@'%' WITH GRANT OPTION",
        "GRANT EXECUTE ON PROCEDURE `p` TO 'reader'@'%'",
        "SESSION sql_mode = 'ANSI_QUOTES'",
    ):
        assert part in said
    assert "OR REPLACE" not in said and "NO_AUTO_CREATE_USER" not in said
    usual = ",".join(sorted(USUAL.split(",")))
    assert f"SESSION sql_mode = '{usual}'" in said, "programs are kept with the mode that the server begins with"


def test_programs_are_replaced_by_drop_and_create(found: Catalog) -> None:
    old = found[Address("procedure", "", "p")]
    assert isinstance(old, Procedure)
    said = planned(found, found.replaced([structs.replace(old, definition="CREATE PROCEDURE `p`()\nSELECT 2")]))
    assert "DROP PROCEDURE `p`" in said and "CREATE PROCEDURE `p`()\nSELECT 2" in said


def test_alterations_say_how_mysql_is_to_do_them() -> None:
    columns = [Column(table="t", name=n, type="int", nullable=n != "id") for n in ("id", "a")]
    key = PrimaryKey(table="t", name="PRIMARY", named=False, columns=("id",))
    table = Table(name="t", engine="InnoDB", collation="utf8mb4_0900_ai_ci", columns=("id", "a"))
    old = Catalog([table, *columns, key], dialect="mysql", version=VERSION)
    more = Column(table="t", name="b", type="int", invisible=True)
    wider = structs.replace(table, columns=("id", "a", "b"))
    assert "ADD COLUMN `b` int INVISIBLE, ALGORITHM=INSTANT" in " ".join(text(old, old.replaced([wider, more])).split())
    index = Index(table="t", name="i", keys=("a", "(a + 1)"))
    said = text(old, old.replaced([index]))
    assert "ADD KEY `i` (`a`, (a + 1))" in said and "ALGORITHM=INPLACE, LOCK=NONE" in said
    with_index = old.replaced([index])
    said = text(with_index, old.replaced([structs.replace(index, invisible=True)]))
    assert "ALTER INDEX `i` INVISIBLE" in said
    check = Check(table="t", name="c", expression="`a` > 0")
    checked = old.replaced([check])
    said = text(checked, old.replaced([structs.replace(check, enforced=False)]))
    assert "ALTER CHECK `c` NOT ENFORCED" in said
