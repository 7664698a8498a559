"""Models read in a process of its own: `run(request)` gives what SQLAlchemy itself would say to make them.

The application is somebody else's code: it may print, connect, or crash. This process is the only one that imports it.
SQLAlchemy and Flask are imported when they are asked for, so that a missing one is an answer and no crash.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from typing import Any


class Unfit(Exception):
    """The source is not what its address says: what, why, and what to write instead."""

    def __init__(self, what: str, why: str = "", next: str = "") -> None:
        super().__init__(what)
        self.answer = {"what": what, "why": why, "next": next}


def run(request: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request: units and findings, or an error."""
    try:
        sys.path[:0] = [p for p in request["paths"] if p not in sys.path]
        facts: dict[str, Any] = {}
        keep = None
        if request["form"] == "flask":
            metadatas, classes, facts, keep = _flask(request["target"])
        else:
            metadatas, classes = _models(request["target"])
        return _described(metadatas, classes, request, keep) | {"facts": facts}
    except Unfit as error:
        return {"error": error.answer}


def _models(target: str) -> tuple[list[Any], dict[Any, type]]:
    """The MetaData objects of `module:attribute`, several joined by commas, and the classes mapped to tables. A module
    without an attribute beside those is imported, for the tables that it adds to theirs."""
    found: list[Any] = []
    classes: dict[Any, type] = {}
    items = list(filter(None, (part.strip() for part in target.split(","))))
    modules = {item: _imported(item.partition(":")[0]) for item in items}
    for item in [i for i in items if ":" in i] or items:
        attribute, module = item.partition(":")[2], modules[item]
        for value in _flat(_attribute(module, attribute) if attribute else _bases(module)):
            found.append(_metadata(value, item))
            classes |= _classes(value)
    if not found:
        raise Unfit(f"models:{target} names nothing", next="write models:package.module:Base")
    return list({id(m): m for m in found}.values()), classes


def _imported(name: str) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and (name == error.name or name.startswith(f"{error.name}.")):
            where = ", ".join(p for p in sys.path[:2] if p)
            raise Unfit(
                f"there is no module {name}",
                f"looked in {where}, and in what is installed",
                "run it from the folder that holds the package, or correct the name",
            ) from None
        raise


def _attribute(module: Any, path: str) -> Any:
    value = module
    for name in path.split("."):
        if not hasattr(value, name):
            names = sorted(n for n, v in vars(value).items() if _has_metadata(v)) if hasattr(value, "__dict__") else []
            hint = f"did you mean {', '.join(names)}?" if names else "name a declarative base or a MetaData"
            raise Unfit(f"{module.__name__} has no {path}", next=hint)
        value = getattr(value, name)
    return value


def _bases(module: Any) -> list[Any]:
    """What a module holds of its own that has metadata: declarative bases and MetaData objects."""
    found = [v for v in vars(module).values() if _has_metadata(v) and not hasattr(v, "__table__")]
    if not found:
        next_step = f"write models:{module.__name__}:Base"
        raise Unfit(f"{module.__name__} holds no declarative base and no MetaData", next=next_step)
    return list({id(_metadata(v, "")): v for v in found}.values())


def _has_metadata(value: Any) -> bool:
    from sqlalchemy import MetaData

    return isinstance(value, MetaData) or isinstance(getattr(value, "metadata", None), MetaData)


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _metadata(value: Any, item: str) -> Any:
    from sqlalchemy import MetaData

    if isinstance(value, MetaData):
        return value
    if not _has_metadata(value):
        raise Unfit(
            f"{item} is a {type(value).__name__}", "it has no metadata", "name a declarative base or a MetaData"
        )
    return value.metadata


def _classes(value: Any) -> dict[Any, type]:
    """The mapped classes of a declarative base, or of Flask-SQLAlchemy's object, by table."""
    base = getattr(value, "Model", value)
    registry = getattr(base, "registry", None)
    found: dict[Any, type] = {}
    for mapper in getattr(registry, "mappers", ()):
        found.setdefault(mapper.local_table, mapper.class_)
    return found


def _url(app: Any, db: Any) -> str:
    """The URL of the application's database as its engine has it: a relative SQLite path is in the instance folder."""
    try:
        return str(db.engine.url.render_as_string(hide_password=False))
    except Exception:  # noqa: BLE001  an engine needs its driver, which need not be here
        return str(app.config.get("SQLALCHEMY_DATABASE_URI") or "")


def _flask(target: str) -> tuple[list[Any], dict[Any, type], dict[str, Any], Any]:
    """The metadata of an application (that of `#bind` if one is named), and what Flask-Migrate was told."""
    path, _, bind = target.partition("#")
    app = _app(path)
    db = app.extensions.get("sqlalchemy")
    if db is None:
        raise Unfit(
            f"the application {path} has no Flask-SQLAlchemy",
            "app.extensions has no 'sqlalchemy'",
            "call db.init_app(app) in the factory, or write models:package.module:Base",
        )
    with app.app_context():
        db = getattr(db, "db", db)
        metadatas = getattr(db, "metadatas", None) or {None: db.metadata}
        if (bind or None) not in metadatas:
            known = ", ".join(str(b) for b in metadatas if b) or "none"
            raise Unfit(f"the application {path} has no bind {bind!r}", f"its binds: {known}")
        others = {str(b): len(m.tables) for b, m in metadatas.items() if b != (bind or None) and m.tables}
        migrate = app.extensions.get("migrate")
        options = dict(getattr(migrate, "configure_args", None) or {})
        facts = {k: options[k] for k in ("version_table", "version_table_schema") if options.get(k)}
        facts |= {"directory": str(migrate.directory)} if migrate is not None else {}
        facts |= {"other_binds": others} if others else {}
        facts["url"] = _url(app, db)
        return [metadatas[bind or None]], _classes(db), facts, options.get("include_object")


def _app(path: str) -> Any:
    try:
        from flask.cli import NoAppException, ScriptInfo, load_dotenv
    except ModuleNotFoundError:
        raise Unfit("Flask is not installed here", next="install it beside reconcile, or write models:…") from None
    with contextlib.suppress(Exception):  # as `flask` itself: .env and .flaskenv, where python-dotenv is there
        load_dotenv()
    try:
        return ScriptInfo(app_import_path=path or None).load_app()
    except NoAppException as error:
        raise Unfit(str(error).strip().splitlines()[0], next="write flask:package.module:create_app") from None


def _described(metadatas: list[Any], classes: dict[Any, type], request: dict[str, Any], keep: Any) -> dict[str, Any]:
    """Units and findings of the tables; importing what describes them is put off until the models are there."""
    tables = [t for m in metadatas for t in m.tables.values()]
    if not tables:
        raise Unfit(
            "0 tables in metadata",
            "models count only if their modules have been imported by then",
            "import them where the base (or the factory) is defined, or name them: models:shop.base:Base,shop.models",
        )
    described: dict[str, Any] = request["describe"](metadatas, classes, request, keep)
    return described


def tail(error: BaseException) -> str:
    """The end of a traceback: what the application did last."""
    lines = "".join(traceback.format_exception(error)).rstrip().splitlines()
    return "\n".join(lines[-8:])


def main(folder: str) -> None:
    """Answer the request in a folder, and leave at once: no handler or thread of the application holds us up."""
    from .ddl import described

    answer: dict[str, Any]
    status = 0
    try:
        with open(os.path.join(folder, "request.json"), encoding="utf-8") as file:  # noqa: PTH123, PTH118
            request = json.load(file)
        answer = run(request | {"describe": described})
    except SystemExit as error:
        answer = {"error": {"what": f"the application left with exit({error.code!r}) while it was imported"}}
    except BaseException as error:  # noqa: BLE001  (whatever the application does, the answer says it)
        answer = {"error": {"what": f"{type(error).__name__}: {error}", "why": tail(error), "crash": True}}
        status = 1
    with open(os.path.join(folder, "answer.json"), "w", encoding="utf-8") as file:  # noqa: PTH123, PTH118
        json.dump(answer, file)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    main(sys.argv[1])
