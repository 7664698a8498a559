"""What an `env.py` of Alembic says of itself: read with `ast` and from where modules lie, never run."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

import msgspec


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Where the metadata is (`module:Name`), which modules of the project are imported beside it, and may hold more of
    its tables, and what the version table is called where it is said."""

    flask: bool = False
    bases: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    version_table: str = ""


def said(text: str, root: Path) -> Said:
    """What the text of an `env.py` says; `root` is the project's folder."""
    if "current_app" in text:
        return Said(flask=True)
    tree = ast.parse(text)
    modules = Modules(root)
    names = _names(tree)
    bases = [_base(path, modules) for value in _targets(tree) for path in _paths(value, names)]
    known = tuple(dict.fromkeys(b for b in bases if b))
    return Said(
        bases=known if known and all(bases) else (),
        beside=tuple(_beside(tree, modules, {b.partition(":")[0] for b in known})),
        version_table=_version_table(tree),
    )


class Modules:
    """Where modules lie, as importing would find them from the project's folder; none is imported."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.places = [str(p) for p in (self.root, self.root / "src") if p.is_dir()] + [p for p in sys.path if p]

    def found(self, name: str) -> ModuleSpec | None:
        """The module of a dotted name, or None."""
        path: Sequence[str] | None = self.places
        spec = None
        parts = name.split(".")
        for n in range(1, len(parts) + 1):
            if path is None:
                return None
            spec = PathFinder.find_spec(".".join(parts[:n]), path)
            if spec is None:
                return None
            path = spec.submodule_search_locations
        return spec

    def folder(self, package: str) -> Path | None:
        """The folder of a package."""
        spec = self.found(package)
        inside = list(spec.submodule_search_locations or ()) if spec is not None else []
        return Path(inside[0]) if inside else None

    def own(self, name: str) -> bool:
        """Whether a module is the project's, and not merely installed beside it."""
        spec = self.found(name)
        file = Path(spec.origin).resolve() if spec is not None and spec.origin else None
        return file is not None and file.is_relative_to(self.root) and "site-packages" not in file.parts


def _names(tree: ast.Module) -> Mapping[str, str | ast.expr]:
    """What each name stands for: a dotted path where it was imported, an expression where it was assigned."""
    names: dict[str, str | ast.expr] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
        elif isinstance(node, ast.Import):
            names |= {a.asname: a.name if a.asname else "" for a in node.names if a.asname}
            names |= {head: head for a in node.names if not a.asname and (head := a.name.partition(".")[0])}
        elif isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Name | ast.Attribute):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name) and target.id != "target_metadata":
                    names.setdefault(target.id, node.value)
    return names


def _targets(tree: ast.Module) -> Iterator[ast.expr]:
    """What is assigned to `target_metadata`, wherever that is done last."""
    found = None
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Name) and t.id == "target_metadata" for t in targets):
                found = node.value
    if isinstance(found, ast.List | ast.Tuple):
        yield from found.elts
    elif found is not None:
        yield found


def _paths(value: ast.expr, names: Mapping[str, str | ast.expr]) -> Iterator[str]:
    """The dotted path of a metadata as it is imported; "" for one that only running the file would tell."""
    rest: list[str] = []
    for _ in range(100):  # names may stand for each other in a ring
        if isinstance(value, ast.Attribute):
            rest.append(value.attr)
            value = value.value
            continue
        meant = names.get(value.id) if isinstance(value, ast.Name) else None
        if isinstance(meant, ast.expr):
            value = meant
            continue
        yield ".".join([meant, *reversed(rest)]) if meant else ""
        return
    yield ""


def _base(path: str, modules: Modules) -> str:
    """`module:Name` for a dotted path: the longest module that is there; all but the last name where none is."""
    parts = path.removesuffix(".metadata").split(".")
    for n in range(len(parts) - 1, 0, -1):
        if modules.found(".".join(parts[:n])) is not None:
            return f"{'.'.join(parts[:n])}:{'.'.join(parts[n:])}"
    return f"{'.'.join(parts[:-1])}:{parts[-1]}" if len(parts) > 1 else ""


def _beside(tree: ast.Module, modules: Modules, bases: set[str]) -> Iterator[str]:
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {a.name: None for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inner = [f"{node.module}.{a.name}" for a in node.names]
            found |= {(i if modules.found(i) is not None else node.module): None for i in inner}
    own = {b.partition(".")[0] for b in bases}
    return (m for m in found if m not in bases and (m.partition(".")[0] in own or modules.own(m)))


def _version_table(tree: ast.Module) -> str:
    """`version_table` as `context.configure` is given it, with its schema where one is said."""
    constants = {
        t.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for t in node.targets
        if isinstance(t, ast.Name)
    }
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            value = keyword.value
            literal = constants.get(value.id) if isinstance(value, ast.Name) else getattr(value, "value", None)
            if keyword.arg and isinstance(literal, str):
                found[keyword.arg] = literal
    return dotted(found)


def dotted(options: Mapping[str, object]) -> str:
    """The version table that options of Alembic name, "" where they name none."""
    schema, table = (str(options.get(k) or "") for k in ("version_table_schema", "version_table"))
    return f"{schema}.{table or 'alembic_version'}" if schema else table
