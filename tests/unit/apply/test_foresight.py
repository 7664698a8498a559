"""Which renames a revision's statements tell of."""

from reconciler.apply.foresight import renamed


def said(*statements: str) -> dict[str, str]:
    return {str(a): was for a, was in renamed(statements, "public").items()}


def test_tables_and_columns_are_followed_from_one_name_to_the_next() -> None:
    assert said("ALTER TABLE t RENAME COLUMN a TO b", "ALTER TABLE t RENAME TO u", "ALTER TABLE u RENAME TO w") == {
        "table:public.w": "t",
        "column:public.w.b": "a",
    }


def test_what_is_in_a_renamed_schema_is_found_in_the_new_one() -> None:
    found = said("ALTER TABLE s.t RENAME TO u", "ALTER DOMAIN s.d RENAME TO e", "ALTER SCHEMA s RENAME TO z")
    assert found == {"schema:z": "s", "table:z.u": "t", "domain:z.e": "d"}


def test_a_type_may_be_of_any_sort() -> None:
    found = said('ALTER TYPE e RENAME TO "State"', "ALTER TEXT SEARCH  DICTIONARY s.d RENAME TO x")
    assert found == {
        'enum:public."State"': "e",
        'composite_type:public."State"': "e",
        'range_type:public."State"': "e",
        "text_search_dictionary:s.x": "d",
    }


def test_other_renames_are_of_no_objects_with_rows() -> None:
    assert said("ALTER TYPE e RENAME VALUE 'a' TO 'b'", "ALTER TABLE t RENAME CONSTRAINT a TO b") == {}
