"""Files out of an uploaded ZIP: looked at before anything is unpacked, and never by their paths."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from app.core.archives import DAMAGED
from app.core.errors import Refused
from app.core.language import gettext as _

MOST_FILES = 500
MOST_BYTES = 100 << 20
_HIDDEN = ("__MACOSX/", ".")


def is_archive(name: str, content: bytes) -> bool:
    """Whether an upload is a ZIP of files; office files are archives as well, but are called otherwise."""
    return name.lower().endswith(".zip") and content.startswith(b"PK")


def unpacked(name: str, content: bytes, largest: int) -> Iterator[tuple[str, bytes]]:
    """(name, content) of each file. Raises `Refused` on `files` for one that is locked, damaged, or too much.

    `largest` is what one file may have, in bytes; what the directory says is checked first, and then believed no
    further than that.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for part in _looked_at(name, archive.infolist(), largest):
                with archive.open(part) as source:
                    read = source.read(largest + 1)
                if len(read) > part.file_size:
                    raise _refused(_("Archiwum „%(name)s” jest uszkodzone. Spakuj pliki jeszcze raz.", name=name))
                yield part.filename, read
    except DAMAGED as error:
        raise _refused(_("Archiwum „%(name)s” jest uszkodzone. Spakuj pliki jeszcze raz.", name=name)) from error


def _looked_at(name: str, parts: list[zipfile.ZipInfo], largest: int) -> list[zipfile.ZipInfo]:
    if len(parts) > 4 * MOST_FILES:
        raise _refused(_("W archiwum „%(name)s” jest za dużo plików.", name=name))
    files = [part for part in parts if not part.is_dir() and not _is_hidden(part.filename)]
    if len(files) > MOST_FILES:
        raise _refused(_("W archiwum „%(name)s” jest za dużo plików.", name=name))
    if any(part.flag_bits & 0x1 for part in files):
        raise _refused(_("Archiwum „%(name)s” jest chronione hasłem. Spakuj pliki bez hasła.", name=name))
    too_large = next((part for part in files if part.file_size > largest), None)
    if too_large is not None:
        raise _refused(
            _("Plik „%(name)s” jest za duży: najwyżej %(most)d MB.", name=too_large.filename[-100:], most=largest >> 20)
        )
    if sum(part.file_size for part in files) > MOST_BYTES:
        raise _refused(
            _("Pliki w archiwum „%(name)s” mają razem więcej niż %(most)d MB.", name=name, most=MOST_BYTES >> 20)
        )
    return files


def _is_hidden(path: str) -> bool:
    return path.startswith(_HIDDEN[0]) or path.rpartition("/")[2].startswith(_HIDDEN[1])


def _refused(sentence: str) -> Refused:
    return Refused(sentence, field="files")
