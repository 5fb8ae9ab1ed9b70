"""The door of files: what they really are, whether they are too large, two things at once, or infected."""

from __future__ import annotations

from app.attachments import archives, pictures
from app.attachments.rules import (
    DOCX,
    JPEG,
    LARGEST,
    LETTERS,
    ODS,
    ODT,
    PNG,
    WEBP,
    XLSX,
    Checked,
    check_size,
    is_two_things,
    kind_of,
    named,
    plain_name,
    refused_kind,
)
from app.core.errors import Refused, TryLater
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.gateways import scanner

# The file with which every virus scanner can be tried; refused here even where none is configured (eicar.org).
_TRIAL = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_UNSAFE = {
    "macro": _l("Plik „%(name)s” zawiera makra. Zapisz go bez makr albo jako PDF i prześlij jeszcze raz."),
    "locked": _l("Plik „%(name)s” jest chroniony hasłem. Zdejmij hasło i prześlij go jeszcze raz."),
    "bomb": _l("Plik „%(name)s” po rozpakowaniu jest za duży. Zapisz go jako PDF i prześlij jeszcze raz."),
    "damaged": _l("Pliku „%(name)s” nie da się otworzyć: jest uszkodzony. Zapisz go jeszcze raz i prześlij ponownie."),
    "pixels": _l("Zdjęcie „%(name)s” ma za dużo pikseli. Zmniejsz je i prześlij jeszcze raz."),
    "spoilt": _l("Pliku „%(name)s” nie da się otworzyć: jest uszkodzony. Zapisz go jeszcze raz i prześlij ponownie."),
}


def checked(name: str, content: bytes, allowed: frozenset[str] = LETTERS, largest: int = LARGEST) -> Checked:
    """A file that may be kept, with the name and the bytes under which it will be.

    Photographs are drawn anew. Raises `Refused` on `files` with a sentence that names the file; `TryLater` while the
    virus scanner of this deployment does not answer.
    """
    shown = plain_name(name) or "plik"
    check_size(shown, len(content), largest)
    kind = kind_of(content, name)
    if kind not in allowed:
        raise refused_kind(shown, content, allowed)
    assert kind is not None
    if is_two_things(content, kind):
        raise _unsafe("damaged", shown)
    verdict = _scanned(content, shown)
    return Checked(named(name, kind), kind, _safe(content, kind, shown), verdict)


def _safe(content: bytes, kind: str, shown: str) -> bytes:
    try:
        if kind in (JPEG, PNG, WEBP):
            return pictures.redrawn(content, kind)
        if kind in (DOCX, XLSX, ODT, ODS):
            archives.look(content)
    except (pictures.Spoilt, archives.Unsafe) as error:
        raise _unsafe(str(error.args[0]), shown) from None
    return content


def _scanned(content: bytes, shown: str) -> str:
    try:
        verdict = "infected" if _TRIAL in content else scanner.verdict(content)
    except scanner.ScannerDown:
        raise TryLater(
            _(
                "Nie możemy teraz sprawdzić pliku „%(name)s” programem antywirusowym. Spróbuj za kilka minut.",
                name=shown,
            )
        ) from None
    if verdict == "infected":
        raise Refused(_("W pliku „%(name)s” wykryto wirusa. Nie zapisaliśmy go.", name=shown), field="files")
    return verdict


def _unsafe(reason: str, shown: str) -> Refused:
    return Refused(str(_UNSAFE[reason]) % {"name": shown}, field="files")
