"""Types that a database lets people define, beside enums: domains, composites, ranges, collations."""

from typing import ClassVar

import msgspec

from .objects import Child, Object, register


@register
class Domain(Object, frozen=True, kw_only=True):
    """A domain over a type; its checks are objects of their own."""

    type: str
    nullable: bool = True
    default: str | None = None
    collation: str | None = None
    not_null_name: str | None = None


@register
class DomainCheck(Child, frozen=True, kw_only=True):
    """A check of a domain (`table` is the domain's name); the expression over VALUE, without its outer brackets."""

    parent_kind: ClassVar[str] = "domain"

    expression: str
    not_valid: bool = False


class Attribute(msgspec.Struct, frozen=True, array_like=True):
    """A field of a composite type."""

    name: str
    type: str
    collation: str | None = None
    comment: str | None = None


@register
class CompositeType(Object, frozen=True, kw_only=True):
    """A stand-alone composite type."""

    value_field: ClassVar[str] = "attributes"

    attributes: tuple[Attribute, ...] = ()


@register
class RangeType(Object, frozen=True, kw_only=True):
    """A range type; `options` are its parameters as CREATE TYPE takes them, in order."""

    options: tuple[tuple[str, str], ...]


@register
class Collation(Object, frozen=True, kw_only=True):
    """A collation; `options` are its parameters as CREATE COLLATION takes them, in order."""

    options: tuple[tuple[str, str], ...]
