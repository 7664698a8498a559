"""What users teach a server: operators and their classes, casts, and how texts are searched."""

from typing import ClassVar, Literal

from .objects import Object, register
from .tables import Options


@register
class Operator(Object, frozen=True, kw_only=True):
    """An operator; its name carries the types of its sides (`+(integer,text)`, `-(NONE,integer)`)."""

    name_has_types: ClassVar[bool] = True

    function: str
    commutator: str | None = None
    negator: str | None = None
    restrict: str | None = None
    join: str | None = None
    hashes: bool = False
    merges: bool = False

    @property
    def bare_name(self) -> str:
        return self.name.partition("(")[0]

    @property
    def sides(self) -> str:
        """The types of both sides as DROP and COMMENT take them, in brackets."""
        return self.name[len(self.bare_name) :]


@register
class OperatorFamily(Object, frozen=True, kw_only=True):
    """An operator family, named `NAME using METHOD`; `members` are those that belong to none of its classes."""

    members: tuple[str, ...] = ()

    @property
    def bare_name(self) -> str:
        return self.name.rpartition(" using ")[0]

    @property
    def method(self) -> str:
        return self.name.rpartition(" using ")[2]


@register
class OperatorClass(Object, frozen=True, kw_only=True):
    """An operator class, named `NAME using METHOD`; members as `OPERATOR 1 =(integer,integer)` and `FUNCTION 1 …`."""

    type: str
    family: str
    default: bool = False
    storage: str | None = None
    members: tuple[str, ...] = ()

    @property
    def bare_name(self) -> str:
        return self.name.rpartition(" using ")[0]

    @property
    def method(self) -> str:
        return self.name.rpartition(" using ")[2]


@register
class Cast(Object, frozen=True, kw_only=True):
    """A cast, named `SOURCE as TARGET`; without a function it reads the same bytes, or goes through text (`inout`)."""

    name_has_types: ClassVar[bool] = True

    function: str | None = None
    inout: bool = False
    context: Literal["explicit", "assignment", "implicit"] = "explicit"


@register
class TextSearchDictionary(Object, frozen=True, kw_only=True):
    """A text search dictionary; its options as the template takes them."""

    template: str
    options: str | None = None


@register
class TextSearchConfiguration(Object, frozen=True, kw_only=True):
    """A text search configuration: for each type of token of its parser, the dictionaries that are asked in turn."""

    parser: str
    mappings: Options = ()
