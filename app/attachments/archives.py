"""Office files are archives: what their parts may be before anybody's program opens them."""

from __future__ import annotations

import io
import zipfile

MOST_PARTS = 5_000
MOST_UNPACKED = 512 << 20
RATIO, RATIO_FROM = 200, 32 << 20
_MACROS = ("vbaproject.bin", "basic/script-lc.xml", "scripts/")


class Unsafe(ValueError):
    """An office file that is not taken; the argument is `macro`, `locked`, `bomb` or `damaged`."""


def look(content: bytes) -> None:
    """Raises Unsafe for macros, a password, too much within, or a directory that cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise Unsafe("damaged") from error
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > max(RATIO * len(content), RATIO_FROM):
        raise Unsafe("bomb")
    if any(part.flag_bits & 0x1 for part in parts):
        raise Unsafe("locked")
    names = [part.filename.replace("\\", "/").lower() for part in parts]
    if any(name.endswith(_MACROS[0]) or name.startswith(_MACROS[1:]) for name in names):
        raise Unsafe("macro")
