"""What a message to the office may be: subject, text, files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

SUBJECT_LENGTH = 150
BODY_LENGTH = 10_000
MOST_FILES = 3
LARGEST_FILE = 5 * 1024 * 1024
NAME_LENGTH = 100
HOURLY_LIMIT = 20
HOUR = 3600
CORRECTION = "data"
CATEGORIES: dict[str, Any] = {
    "charges": _l("Opłaty i rozliczenia"),
    "repairs": _l("Usterki i naprawy"),
    CORRECTION: _l("Moje dane i poprawki"),
    "documents": _l("Dokumenty i zaświadczenia"),
    "other": _l("Inna sprawa"),
}
STATES: dict[str, Any] = {"new": _l("czeka na odpowiedź"), "answered": _l("odpowiedziano"), "closed": _l("zakończona")}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BODY_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ODD = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\"<>|:*?\\/]+")
_KINDS = (
    (b"%PDF-", "application/pdf", (".pdf",)),
    (b"\x89PNG\r\n\x1a\n", "image/png", (".png",)),
    (b"\xff\xd8\xff", "image/jpeg", (".jpg", ".jpeg")),
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was checked: a plain name whose ending tells what it is, its type, its bytes."""

    name: str
    content_type: str
    content: bytes


def subject(text: str | None) -> str:
    """One line. Raises `Refused` on `subject` when empty, too long, or with control characters."""
    line = (text or "").strip()
    if not line:
        raise Refused(_("Podaj temat."), field="subject")
    if _CONTROLS.search(line):
        raise Refused(_("Temat musi być jednym wierszem bez znaków sterujących."), field="subject")
    if len(line) > SUBJECT_LENGTH:
        raise Refused(_("Temat może mieć najwyżej %(most)d znaków.", most=SUBJECT_LENGTH), field="subject")
    return line


def body(text: str | None) -> str:
    """The text with `\\n` line ends. Raises `Refused` on `body` when empty or too long."""
    clean = _BODY_CONTROLS.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not clean:
        raise Refused(_("Wpisz treść."), field="body")
    if len(clean) > BODY_LENGTH:
        raise Refused(_("Treść może mieć najwyżej %(most)d znaków.", most=BODY_LENGTH), field="body")
    return clean


def category(key: str | None) -> str:
    """Raises `Refused` on `category`."""
    if key not in CATEGORIES:
        raise Refused(_("Wybierz, czego dotyczy wiadomość."), field="category")
    return str(key)


def uploads(given: list[tuple[str, bytes]]) -> list[Upload]:
    """Files as (name, content); the nameless empty ones of an empty field are left out. Raises `Refused`."""
    real = [(name, content) for name, content in given if name or content]
    if len(real) > MOST_FILES:
        raise Refused(_("Możesz dołączyć najwyżej %(most)d pliki.", most=MOST_FILES), field="files")
    return [_upload(name, content) for name, content in real]


def _upload(name: str, content: bytes) -> Upload:
    plain = _ODD.sub(" ", PurePosixPath(name.replace("\\", "/")).name).strip(" .")
    if not content:
        raise Refused(_("Plik „%(name)s” jest pusty.", name=plain), field="files")
    if len(content) > LARGEST_FILE:
        raise Refused(
            _("Plik „%(name)s” jest za duży: najwyżej %(most)d MB.", name=plain, most=LARGEST_FILE >> 20),
            field="files",
        )
    for start, content_type, endings in _KINDS:
        if content.startswith(start):
            stem, _dot, ending = plain.rpartition(".")
            named = f".{ending.lower()}" in endings and stem
            shown = (stem if named else plain)[:NAME_LENGTH].strip(" .") or "plik"
            return Upload(shown + (f".{ending.lower()}" if named else endings[0]), content_type, content)
    raise Refused(
        _("Plik „%(name)s” nie jest plikiem PDF, JPEG ani PNG. Zapisz go w jednej z tych postaci.", name=plain),
        field="files",
    )


def cause(public_id: str) -> str:
    """The cause that the letters about a message carry in the outbox."""
    return f"message:{public_id}"
