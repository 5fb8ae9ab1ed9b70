"""What may hang on a text: PDF, DOCX and PNG, told by their content and held to a size."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import PurePosixPath

from app.core.errors import Refused
from app.core.language import gettext as _

LARGEST = 10 * 1024 * 1024
NAME_LENGTH = 120
TYPES = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".png": "image/png",
}
_PNG = b"\x89PNG\r\n\x1a\n"
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\"<>|:*?\\/]+")


def checked_file(name: str, content: bytes) -> tuple[str, str]:
    """A plain name and the content type. Raises `Refused` at `upload` for another kind, a lie, or too much."""
    plain = _ODD.sub(" ", PurePosixPath(name.replace("\\", "/")).name).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    ending = f".{ending.lower()}"
    if not content:
        raise Refused(_("Ten plik jest pusty."), field="upload")
    if len(content) > LARGEST:
        raise Refused(_("Ten plik jest za duży: najwyżej %(most)d MB.", most=LARGEST >> 20), field="upload")
    if not dot or not stem or ending not in TYPES:
        raise Refused(_("Załącznikiem może być plik PDF, DOCX albo PNG."), field="upload")
    if _seen(content) != ending:
        raise Refused(
            _("Zawartość pliku nie zgadza się z jego nazwą. Wybierz plik PDF, DOCX albo PNG."), field="upload"
        )
    return f"{stem[:NAME_LENGTH]}{ending}", TYPES[ending]


def _seen(content: bytes) -> str | None:
    """The ending that the content deserves."""
    if content.startswith(b"%PDF-"):
        return ".pdf"
    if content.startswith(_PNG):
        return ".png"
    if content.startswith(b"PK\x03\x04"):
        return ".docx" if _is_document(content) else None
    return None


def _is_document(content: bytes) -> bool:
    """A word processor's document without macros. Only the list of parts is read, nothing is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            parts = {part.lower() for part in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        return False
    macros = any(part.endswith(("vbaproject.bin", "vbadata.xml")) for part in parts)
    return "word/document.xml" in parts and "[content_types].xml" in parts and not macros
