"""Cost of inspection on MariaDB beside mariadb-dump --no-data and SQLAlchemy's bulk reflection of the same tables.

Usage: mysql_bench.py [TABLES ...] [--runs N]. A server of our own is made in a temporary folder and taken away again.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import measure
import other_schemas
import reading

from reconciler.dialects.mysql.binaries import server_programs
from reconciler.dialects.mysql.places import with_database
from reconciler.dialects.mysql.server import MariaServer
from reconciler.dialects.mysql.session import connect

HERE = Path(__file__).parent


def measured(server: MariaServer, n: int, runs: int, folder: Path) -> dict[str, measure.Run]:
    name = f"bench_{n}"
    with connect(server.url()) as admin:
        admin.execute(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    url = with_database(server.url(), name)
    with connect(url) as session:
        for sql in other_schemas.mariadb(n):
            session.execute(sql)
    env = reading.environment(HERE.parent)
    pid = int(next(server.folder.rglob("postmaster.pid")).read_text().split()[0])
    dump = shutil.which("mariadb-dump") or shutil.which("mysqldump") or sys.exit("mariadb-dump is not installed")
    commands = {
        "mariadb-dump --no-data": [dump, "--no-data", f"--socket={server.socket}", "--user=root", name],
        "inspection": reading.ours(url),
        **reading.reflection(url.replace("mysql://", "mysql+pymysql://", 1)),
    }
    return {label: reading.many(command, runs, folder, env, pid) for label, command in commands.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tables", nargs="*", type=int, default=[])
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    programs = server_programs()
    if programs is None:
        sys.exit("no MariaDB server is installed (Debian: apt install mariadb-server)")
    with tempfile.TemporaryDirectory(prefix="bench-") as base:
        Path(base).chmod(0o755)  # a server that is started by root does not run as root
        server = MariaServer(Path(base) / "server", programs, linger=1.0, disposable=True)
        with server.running():
            print(f"{programs}, medians of {asked.runs} runs")
            for n in asked.tables or [1000]:
                found = measured(server, n, asked.runs, Path(base))
                print("\n" + reading.table(f"MariaDB, {n} tables", found), flush=True)
        server.stop()


if __name__ == "__main__":
    main()
