"""Office files are archives: what their parts may be before anybody's program opens them."""

from __future__ import annotations

import io

from app.core import archives
from app.core.archives import Bounds

BOUNDS = Bounds(entries=5_000, expanded=512 << 20, ratio=200, ratio_from=32 << 20)
_MACROS = ("vbaproject.bin", "basic/script-lc.xml", "scripts/")
_SAID = {"encrypted": "locked", "bomb": "bomb", "too-large": "bomb", "too-many": "bomb"}


class Unsafe(ValueError):
    """An office file that is not taken; the argument is `macro`, `locked`, `bomb` or `damaged`."""


def look(content: bytes) -> None:
    """Raises Unsafe for macros, a password, too much within, or a directory that cannot be read."""
    try:
        with archives.opened(io.BytesIO(content), len(content), BOUNDS) as archive:
            names = [part.filename.replace("\\", "/").lower() for part in archive.infolist()]
    except archives.Unsafe as error:
        raise Unsafe(_SAID.get(error.code, "damaged")) from error
    if any(name.endswith(_MACROS[0]) or name.startswith(_MACROS[1:]) for name in names):
        raise Unsafe("macro")
