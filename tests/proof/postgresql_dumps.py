"""What pg_dump says of a database, object by object, with the order of objects and of a table's columns set aside."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from reconciler.dialects.postgresql.binaries import embedded_binaries, local_binaries

_TOC = re.compile(r"^-- Name: (?P<name>.*); Type: (?P<type>[^;]*); Schema: (?P<schema>[^;]*); Owner:[^\n]*$", re.M)
_NOISE = re.compile(r"^(SET [^\n]*;|SELECT pg_catalog\.set_config\([^\n]*;|\\(un)?restrict [^\n]*|--[^\n]*|)$")


def pg_dump(major: int) -> Path:
    """The program of at least that major version; raises LookupError where none is installed."""
    found = sorted((b.major, b.folder / "pg_dump") for b in (*embedded_binaries(), *local_binaries()))
    for version, program in found:
        if version >= major and program.is_file():
            return program
    raise LookupError(f"no pg_dump for PostgreSQL {major}")


def dumped(url: str, major: int, *, access: bool = False) -> dict[str, str]:
    """The schema of a database by `type schema name`; with `access` its owners and grants too."""
    without = [] if access else ["--no-owner", "--no-privileges"]
    command = [str(pg_dump(major)), "--schema-only", *without, "-d", url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    heads = list(_TOC.finditer(text))
    ends = [h.start() for h in heads[1:]] + [len(text)] * bool(heads)
    found: dict[str, str] = {}
    for head, end in zip(heads, ends, strict=True):
        lines = [line.rstrip() for line in text[head.end() : end].splitlines() if not _NOISE.match(line.strip())]
        name = f"{head['type']} {head['schema']} {head['name']}"
        if lines and not (head["type"] == "COMMENT" and head["name"].startswith("EXTENSION ")):
            unordered = "TABLE" in head["type"] or "ACL" in head["type"]
            found[name] = "\n".join(sorted(map(_plain, lines)) if unordered else lines)
    return found


def _plain(line: str) -> str:
    """A line of CREATE TABLE, its storage options in one order: the server keeps that in which they were given."""
    if line.startswith("WITH ("):
        return "WITH " + ", ".join(sorted(line.removeprefix("WITH (").rstrip(";").rstrip(")").split(", ")))
    return line.rstrip(",")
