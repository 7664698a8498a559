"""Equal values have equal bytes, whatever objects their fields are."""

from __future__ import annotations

from reconciler.model import codec
from reconciler.model.catalog import Catalog
from reconciler.model.namespaces import Sequence
from reconciler.model.tables import ForeignKey, SequenceOptions


def key(on_delete: str) -> ForeignKey:
    return ForeignKey(schema="s", table="t", name="k", columns=("a",), target="u", on_delete=on_delete)  # type: ignore[arg-type]


def test_a_text_that_equals_the_default_is_the_default() -> None:
    read = key("".join(["no", " ", "action"]))
    assert read == key("no action")
    assert codec.encoded(read) == codec.encoded(key("no action"))
    assert codec.fingerprint(Catalog([read])) == codec.fingerprint(Catalog([key("no action")]))


def test_options_that_equal_the_default_are_the_default() -> None:
    assert codec.encoded(Sequence(name="s", options=SequenceOptions())) == codec.encoded(Sequence(name="s"))


def test_objects_come_back_as_they_were() -> None:
    objects = [key("cascade"), Sequence(name="s", options=SequenceOptions(increment=5))]
    assert sorted(codec.objects(b"\n".join(codec.lines(objects))), key=lambda o: o.address) == objects
