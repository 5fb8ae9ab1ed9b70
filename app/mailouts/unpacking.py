"""Many files at once: as they are, or in one ZIP."""

from __future__ import annotations

import io
import zipfile

from flask import request

from app.attachments.checking import checked
from app.attachments.rules import Checked
from app.core.archives import DAMAGED
from app.core.errors import Refused, TryLater
from app.core.language import gettext as _

MOST_FILES = 2_000
LARGEST = 5 << 20  # of one file
LARGEST_TOGETHER = 200 << 20


def unit_files(field: str, allowed: frozenset[str]) -> list[Checked]:
    """The files of the form, those in a ZIP one by one, each checked. Raises `Refused` on the field."""
    try:
        return [
            checked(name, content, allowed, LARGEST)
            for file in request.files.getlist(field)
            if file.filename
            for name, content in _contents(file.filename, file.stream.read(LARGEST_TOGETHER + 1))
        ]
    except Refused as refusal:
        raise Refused(refusal.message, field=field) from refusal
    except TryLater as later:
        raise Refused(str(later), field=field) from later


def _contents(name: str, content: bytes) -> list[tuple[str, bytes]]:
    if not name.lower().endswith(".zip"):
        return [(name, content)]
    if len(content) > LARGEST_TOGETHER:
        raise Refused(_("Ten plik ZIP jest za duży: najwyżej 200 MB."))
    try:
        return _unpacked(content)
    except DAMAGED as error:
        raise Refused(_("Nie da się otworzyć tego pliku ZIP. Spakuj pliki jeszcze raz, bez hasła.")) from error


def _unpacked(content: bytes) -> list[tuple[str, bytes]]:
    found, total = [], 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [one for one in archive.infolist() if not one.is_dir() and not one.filename.startswith("__MACOSX/")]
        if len(members) > MOST_FILES:
            raise Refused(_("W pliku ZIP jest za dużo plików: najwyżej %(most)d.", most=MOST_FILES))
        for one in members:
            with archive.open(one) as file:
                body = file.read(LARGEST + 1)  # what the archive says of sizes is not trusted
            total += len(body)
            if total > LARGEST_TOGETHER:
                raise Refused(_("Po rozpakowaniu plików jest za dużo: najwyżej 200 MB."))
            found.append((one.filename.replace("\\", "/").rpartition("/")[2], body))
    return found
