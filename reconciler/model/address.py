"""Where an object is: kind, schema (a namespace), name, and the table or view it belongs to."""

import re

import msgspec

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*\Z")
_PART = re.compile(r'"((?:[^"]|"")*)"|([^.]*)')


class Address(msgspec.Struct, frozen=True, order=True, cache_hash=True, array_like=True, gc=False):
    """The identity of an object in a catalog; `parent` is the name of its table or view, "" for a top-level object.

    Printed as `kind:schema.parent.name`, parts quoted as SQL does where they are not plain; `parse` reads it back.
    """

    kind: str
    schema: str
    name: str
    parent: str = ""

    def __str__(self) -> str:
        parts = [p for p in (self.schema, self.parent) if p] + [self.name]
        return f"{self.kind}:{'.'.join(map(spelled, parts))}"

    @property
    def dotted(self) -> str:
        """The address without its kind, as a sentence would name it."""
        return str(self).split(":", 1)[1]


def spelled(part: str) -> str:
    """A name as it stands in a dotted one: quoted where it is not plain."""
    return part if _PLAIN.match(part) else '"' + part.replace('"', '""') + '"'


def parse(text: str, *, has_schema: bool, has_parent: bool) -> Address:
    """The address that `str` printed; the two flags say which parts this kind and dialect have.

    Raises ValueError where the number of parts does not fit.
    """
    kind, _, rest = text.partition(":")
    parts: list[str] = []
    at = 0
    while at <= len(rest):
        found = _PART.match(rest, at)
        if found is None or (found.end() < len(rest) and rest[found.end()] != "."):
            raise ValueError(f"not an address: {text}")
        parts.append(found[1].replace('""', '"') if found[1] is not None else found[2])
        at = found.end() + 1
    if len(parts) != 1 + has_schema + has_parent or not kind:
        raise ValueError(f"not an address: {text}")
    schema = parts.pop(0) if has_schema else ""
    return Address(kind, schema, parts[-1], parts[0] if has_parent else "")
