"""A proxy between an applier and its server that, when armed, loses the answer to the next thing the applier says."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

from tests.unit.apply.places import Place

_QUIET = 0.05
"""Seconds without another byte after which an answer is taken to be whole."""


class Proxy:
    """Passes bytes both ways on one connection at a time; `armed`, it swallows the next answer and hangs up."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.armed = False
        self.lost = 0
        parts = urlsplit(place.url)
        options = dict(parse_qsl(parts.query))
        if place.name == "postgresql":
            name = f".s.PGSQL.{options.get('port', 5432)}"
            self._server = (Path(options["host"]) / name) if "host" in options else (parts.hostname, parts.port or 5432)
            options["host"] = str(folder)
        else:
            name = "mysqld.sock"
            socket_ = options.get("unix_socket")
            self._server = Path(socket_) if socket_ else (parts.hostname, parts.port or 3306)
            options["unix_socket"] = str(folder / name)
        self.path = folder / name
        query = "&".join(f"{k}={quote(v)}" for k, v in options.items())
        netloc = parts.netloc.rpartition("@")[0] + "@" + ("" if place.name == "postgresql" else "localhost")
        self.url = parts._replace(netloc=netloc, query=query).geturl()

    @contextmanager
    def listening(self) -> Iterator[None]:
        self.path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.path))
            listener.listen()
            thread = threading.Thread(target=self._serve, args=(listener,), daemon=True)
            thread.start()
            yield
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)

    def _serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with client, self._upstream() as server, suppress(OSError):
            back = threading.Thread(target=self._answers, args=(server, client), daemon=True)
            back.start()
            while said := client.recv(65536):
                server.sendall(said)
            server.shutdown(socket.SHUT_WR)
            back.join()

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while answer := server.recv(65536):
                if self.armed:
                    self._swallow(server)
                    break
                client.sendall(answer)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    def _swallow(self, server: socket.socket) -> None:
        server.settimeout(_QUIET)
        with suppress(OSError):
            while server.recv(65536):
                pass
        self.lost += 1

    def _upstream(self) -> socket.socket:
        if isinstance(self._server, Path):
            found = socket.socket(socket.AF_UNIX)
            found.connect(str(self._server))
            return found
        return socket.create_connection(self._server)
