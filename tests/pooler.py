"""A PgBouncer in front of a test's server, in the pool mode that a test asks for."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

HOW_TO_GET_ONE = "apt install pgbouncer (it need not run)"
_PLACES = ("/usr/sbin/pgbouncer", "/usr/bin/pgbouncer")


def program() -> str | None:
    """Where PgBouncer is installed; None where it is not."""
    return shutil.which("pgbouncer") or next((p for p in _PLACES if Path(p).exists()), None)


@contextmanager
def pooled(url: str, mode: str, *, size: int = 4) -> Iterator[str]:
    """The URL of a server's database behind a pooler."""
    found = program()
    assert found is not None
    parts = urlsplit(url)
    query = {k: v[0] for k, v in parse_qs(parts.query).items()}
    host = query.get("host") or unquote(parts.hostname or "127.0.0.1")
    port = parts.port or int(query.get("port", 5432))
    user = unquote(parts.username or "") or query.get("user", "postgres")
    password = f" password={unquote(parts.password)}" if parts.password else ""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        own = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="reconcile-pooler-"))
    folder.chmod(0o755)
    database = parts.path.lstrip("/")
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\n{database} = host={host} port={port} user={user}{password}\n"
        f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {own}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = {mode}\ndefault_pool_size = {size}\nignore_startup_parameters = extra_float_digits\n"
    )
    rootly = ["-u", "nobody"] if os.getuid() == 0 else []
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([found, *rootly, str(folder / "pgbouncer.ini")], stdout=log, stderr=log)
    try:
        _listening(own, process, folder)
        yield f"postgresql://{user}@127.0.0.1:{own}/{database}"
    finally:
        process.terminate()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _listening(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", port), 1)):
            return
        time.sleep(0.05)
    raise AssertionError(f"the pooler does not listen:\n{(folder / 'log').read_text()}")
