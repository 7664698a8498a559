"""Who may import whom, and what the core may not know. Typing imports count like any other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "reconciler"

# Top to bottom; within a set nobody imports a neighbour. plan and lint may not import dialects either.
LAYERS: list[set[str]] = [
    {"__main__"},
    {"cli"},
    {"control"},
    {"review", "apply"},
    {"prove"},
    {"emit"},
    {"lint", "sources"},
    {"plan"},
    {"dialects"},
    {"config"},
    {"model"},
    {"diagnostics", "errors", "__init__"},
]
RANK = {name: i for i, layer in enumerate(LAYERS) for name in layer}
FORBIDDEN = {("plan", "dialects"), ("lint", "dialects")}
# errors names Finding in a signature; the two are one layer and this is the one edge inside it.
ALLOWED = {("errors", "diagnostics")}


def modules() -> dict[str, Path]:
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)
        found[name] = path
    return found


MODULES = modules()


def imports_of(name: str, path: Path) -> Iterator[tuple[str, int]]:
    """The modules of ours that a file imports anywhere in it, as dotted names below the package, with the line."""
    package = name.split(".") if path.name == "__init__.py" and name != "__init__" else name.split(".")[:-1]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            if node.level:
                base = package[: len(package) - (node.level - 1)]
            elif node.module and node.module.split(".")[0] == "reconciler":
                base = []
                node.module = node.module.removeprefix("reconciler").lstrip(".") or None
            else:
                continue
            prefix = [*base, *(node.module.split(".") if node.module else [])]
            for alias in node.names:
                full = ".".join([*prefix, alias.name])
                target = full if full in MODULES else ".".join(prefix)
                yield target or "__init__", node.lineno
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "reconciler":
                    yield alias.name.removeprefix("reconciler").lstrip(".") or "__init__", node.lineno


EDGES = [(name, target, line) for name, path in MODULES.items() for target, line in imports_of(name, path)]


def room(module: str) -> str:
    return module.split(".")[0]


def test_every_module_is_in_a_layer() -> None:
    assert {room(m) for m in MODULES} <= set(RANK)


def test_the_test_sees_imports() -> None:
    assert ("plan.plan", "model.catalog") in {(a, b) for a, b, _ in EDGES}
    assert len(EDGES) > 100


@pytest.mark.parametrize("name", sorted(MODULES))
def test_imports_go_down_only(name: str) -> None:
    wrong = []
    for source, target, line in EDGES:
        a, b = room(source), room(target)
        if source != name or a == b or (a, b) in ALLOWED:
            continue
        if RANK[a] >= RANK[b] or (a, b) in FORBIDDEN:
            wrong.append(f"{MODULES[source].relative_to(ROOT)}:{line} imports {target}: {a} may not import {b}")
    assert not wrong, "\n".join(wrong)


def test_no_cycle() -> None:
    graph: dict[str, set[str]] = {m: set() for m in MODULES}
    for source, target, _ in EDGES:
        if target in graph and target != source and (source, target) != ("errors", "diagnostics"):
            graph[source].add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as e:
        pytest.fail(" → ".join(e.args[1]))


DIALECTS = ("postgres", "sqlite", "mysql", "mariadb")
QUIET = {"apply.blockers"}


def code_words(path: Path) -> Iterator[tuple[str, int]]:
    """Identifiers and string constants of a file, docstrings left out."""
    tree = ast.parse(path.read_text())
    prose = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value, node.lineno
        elif isinstance(node, ast.Name):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute):
            yield node.attr, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno


@pytest.mark.parametrize("name", sorted(m for m in MODULES if room(m) in {"model", "plan", "lint"} or m in QUIET))
def test_the_core_names_no_dialect(name: str) -> None:
    found = [f"{name}:{line} {word!r}" for word, line in code_words(MODULES[name])
             if any(d in word.lower() for d in DIALECTS)]  # fmt: skip
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", sorted(m for m in MODULES if room(m) == "plan"))
def test_the_planner_names_no_kind(name: str) -> None:
    from reconciler.model.codec import object_decoder
    from reconciler.model.objects import KINDS

    object_decoder()
    # a renamed table takes its columns along: the two words of every relational database, and no more
    allowed = {"table", "column"}
    texts = [n for n in ast.walk(ast.parse(MODULES[name].read_text())) if isinstance(n, ast.Constant)]
    found = [f"{name}:{n.lineno} {n.value!r}" for n in texts if n.value in set(KINDS) - allowed]
    assert not found, "\n".join(found)


def test_only_the_console_prints_or_exits() -> None:
    wrong = []
    for name, path in MODULES.items():
        if name in {"cli.console", "cli", "cli.progress", "sources.child", "dialects.postgresql.keeper"}:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"print", "exit"}:
                wrong.append(f"{name}:{node.lineno}")
    assert not wrong, wrong


HEAVY = {"sqlalchemy", "alembic", "jsonschema", "flask"}


def test_heavy_libraries_are_imported_only_where_they_are_used() -> None:
    wrong = []
    for name, path in MODULES.items():
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Import):
                names = [a.name for a in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            if name != "sources.child":
                wrong += [f"{name}:{node.lineno} {n}" for n in names if n.split(".")[0] in HEAVY]
    assert not wrong, wrong
