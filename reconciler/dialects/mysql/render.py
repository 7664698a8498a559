"""The renderers of MariaDB and MySQL, filled by the modules that hold them."""

from __future__ import annotations

from typing import Final

from ..base import RenderTable

RENDER: Final = RenderTable("mysql")
