"""What a file must be to be taken: its kind by its bytes, a plain name, a bounded size."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from app.core.errors import Refused
from app.core.language import gettext as _

NAME_LENGTH = 100
#: The widths, in pixels, in which there are pictures of pages.
WIDTHS = (320, 1200)
#: So much of one file is taken where nothing smaller is said.
LARGEST = 25 << 20
PDF, JPEG, PNG, WEBP = "application/pdf", "image/jpeg", "image/png", "image/webp"
_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX = f"{_OOXML}wordprocessingml.document", f"{_OOXML}spreadsheetml.sheet"
ODT, ODS = "application/vnd.oasis.opendocument.text", "application/vnd.oasis.opendocument.spreadsheet"
TXT, CSV = "text/plain", "text/csv"
XML = "application/xml"  # only where a feature asks for it, such as electronic invoices
#: A content type → the endings that a name of it may have; the first is given to one that has none of them.
ENDINGS: dict[str, tuple[str, ...]] = {
    PDF: (".pdf",),
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
    WEBP: (".webp",),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    ODT: (".odt",),
    ODS: (".ods",),
    TXT: (".txt",),
    CSV: (".csv",),
    XML: (".xml",),
}
PICTURES = frozenset({JPEG, PNG, WEBP})
LETTERS = PICTURES | {PDF}
DOCUMENTS = LETTERS | {DOCX, XLSX, ODT, ODS, TXT, CSV}
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\"<>|:*?\\/]+")
_SHORT = {PDF: "PDF", JPEG: "JPEG", PNG: "PNG", WEBP: "WebP", DOCX: "DOCX", XLSX: "XLSX", ODT: "ODT", ODS: "ODS",
          TXT: "TXT", CSV: "CSV", XML: "XML"}  # fmt: skip
_ARCHIVE_END, _ARCHIVE_PART = b"PK\x05\x06", b"PK\x01\x02"


@dataclass(frozen=True, slots=True)
class Checked:
    """A file that passed: a plain name whose ending tells what it is, its type, its bytes.

    `verdict` is the virus scanner's: `clean`, or `unchecked` where none is configured.
    """

    name: str
    content_type: str
    content: bytes = field(repr=False)
    verdict: str = "unchecked"


def plain_name(name: str) -> str:
    """A name without folders, control signs, and signs that turn the direction of writing; may be empty."""
    return " ".join(_ODD.sub(" ", PurePosixPath(name.replace("\\", "/")).name).split()).strip(" .")


def named(name: str, content_type: str, fallback: str = "plik") -> str:
    """The name under which a file of this type is kept: plain, with an ending that tells the truth."""
    plain, endings = plain_name(name), ENDINGS[content_type]
    stem, _dot, ending = plain.rpartition(".")
    fits = f".{ending.lower()}" in endings and stem
    shown = (stem if fits else plain)[:NAME_LENGTH].strip(" .") or fallback
    return shown + (f".{ending.lower()}" if fits else endings[0])


def kind_of(content: bytes, name: str) -> str | None:
    """The content type that the bytes say; None for none of ours. Text is told from CSV by its name alone."""
    if content.startswith(b"%PDF-"):
        return PDF
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml"):
        return XML
    return _text(content, name)


def _office(content: bytes) -> str | None:
    """Which of the office formats an archive is; the content of its parts is looked at by `archives`."""
    if content[30:38] == b"mimetype":
        said = content[38:200]
        return next((one for one in (ODT, ODS) if said.startswith(one.encode())), None)
    if b"word/document.xml" in content:
        return DOCX
    return XLSX if b"xl/workbook.xml" in content else None


def _text(content: bytes, name: str) -> str | None:
    ending = PurePosixPath(plain_name(name)).suffix.lower()
    if ending not in (".txt", ".csv") or b"\0" in content:
        return None
    return CSV if ending == ".csv" else TXT


def is_two_things(content: bytes, content_type: str) -> bool:
    """Whether the bytes of a PDF are at the same time a page, a script, or an archive (a polyglot)."""
    if content_type != PDF:
        return False
    head = content[:1024].lower()
    markup = any(sign in head for sign in (b"<html", b"<script", b"<svg", b"<!doctype", b"<?php"))
    return markup or b"%%EOF" not in content[-2048:] or _is_archive(content)


def _is_archive(content: bytes) -> bool:
    """Whether a program that unpacks would find a directory at the end; four bytes alone may stand there by chance."""
    end = content.rfind(_ARCHIVE_END)
    if end < 0 or end + 22 > len(content):
        return False
    size = int.from_bytes(content[end + 12 : end + 16], "little")
    return content[max(0, end - size) : end].startswith(_ARCHIVE_PART)


def kinds_named(allowed: frozenset[str]) -> str:
    """The allowed kinds as people call them: `PDF, JPEG, PNG`."""
    return ", ".join(short for kind, short in _SHORT.items() if kind in allowed)


def check_size(name: str, size: int, largest: int) -> None:
    """Raises `Refused` on `files` for an empty or too large file."""
    if not size:
        raise Refused(_("Plik „%(name)s” jest pusty.", name=name), field="files")
    if size > largest:
        raise Refused(
            _("Plik „%(name)s” jest za duży: najwyżej %(most)d MB.", name=name, most=max(1, largest >> 20)),
            field="files",
        )


def refused_kind(name: str, content: bytes, allowed: frozenset[str]) -> Refused:
    """Why a file of none of the allowed kinds is not taken, and what to do instead."""
    values: dict[str, Any] = {"name": name, "kinds": kinds_named(allowed)}
    if content[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheif"):
        return Refused(
            _(
                "Plik „%(name)s” to zdjęcie HEIC. W telefonie wybierz zapis „najbardziej zgodny” albo zapisz je jako "
                "JPEG i prześlij jeszcze raz.",
                name=name,
            ),
            field="files",
        )
    return Refused(_("Pliku „%(name)s” nie przyjmujemy. Możesz przesłać: %(kinds)s.", **values), field="files")
