"""Templates of acceptance protocols, the reading of differences, and what is signed."""

from __future__ import annotations

import difflib
import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

BODY_LENGTH, WHAT_LENGTH, REMARK_LENGTH, REASON_LENGTH = 20_000, 500, 2000, 1000
MOST_DEFECTS, MOST_REMARKS = 300, 500
#: So long somebody is said to be writing in a section after they opened it.
HELD = timedelta(minutes=10)
_SUBJECT = (_l("Przedmiot odbioru"), _l("Co jest odbierane, na podstawie jakiej umowy i projektu."))
_PEOPLE = (_l("Uczestnicy"), _l("Kto bierze udział w odbiorze i kogo reprezentuje."))
_FLAWS = (_l("Ocena i usterki"), _l("Opis jakości. Same usterki z terminami dopisz niżej, każdą osobno."))
_NOTES = (_l("Uwagi"), _l("Zastrzeżenia i uzgodnienia stron."))
_CONCLUSION = (_l("Wnioski"), _l("Odebrano bez uwag, odebrano z usterkami albo odmówiono odbioru."))
_ATTACHED = (_l("Załączniki"), _l("Pomiary, atesty, dziennik budowy, szkice. Zdjęcia dołącz niżej."))
#: key -> (name, sections as (title, what belongs there))
TEMPLATES: dict[str, tuple[Any, tuple[tuple[Any, Any], ...]]] = {
    "zero": (
        _l("Protokół odbioru stanu 0"),
        (
            _SUBJECT, _PEOPLE,
            (_l("Zakres robót stanu 0"), _l("Wykopy, ławy i ściany fundamentowe, izolacje, przyłącza, zasypki.")),
            (_l("Pomiary i badania"), _l("Geodezja, zagęszczenie, próby szczelności.")),
            _FLAWS, _ATTACHED, _NOTES, _CONCLUSION,
        ),
    ),
    "partial": (
        _l("Protokół odbioru częściowego"),
        (_SUBJECT, _PEOPLE, (_l("Zakres robót"), _l("Elementy i ilości, procent wykonania.")), _FLAWS, _ATTACHED,
         _NOTES, _CONCLUSION),
    ),
    "hidden": (
        _l("Protokół odbioru robót zanikających"),
        (_SUBJECT, _PEOPLE, (_l("Roboty ulegające zakryciu"), _l("Co zostanie zakryte i kiedy.")), _FLAWS, _ATTACHED,
         _NOTES, _CONCLUSION),
    ),
    "final": (
        _l("Protokół odbioru końcowego"),
        (_SUBJECT, _PEOPLE, (_l("Zakres robót"), _l("Całość robót według umowy i aneksów.")), _FLAWS,
         (_l("Dokumenty przekazane"), _l("Dokumentacja powykonawcza, gwarancje, instrukcje.")), _ATTACHED, _NOTES,
         _CONCLUSION),
    ),
    "handover": (
        _l("Protokół przekazania placu budowy"),
        (_SUBJECT, _PEOPLE, (_l("Stan placu"), _l("Media, liczniki, drogi dojazdu, zabezpieczenia.")), _ATTACHED,
         _NOTES, _CONCLUSION),
    ),
}  # fmt: skip
VERDICTS = {"signed": _l("podpisano"), "refused": _l("odmówiono podpisu")}


def checked_template(typed: str) -> str:
    """A key of `TEMPLATES`. Raises `Refused` on field `template`."""
    if typed not in TEMPLATES:
        raise Refused(_("Wybierz, jaki to protokół."), field="template")
    return typed


def text_of(typed: str | None) -> str:
    """A section's text as it is kept: what was typed, with plain line ends. Raises `Refused` on field `body`.

    Nothing else is touched, so that two who wrote the same are seen to have written the same.
    """
    found = (typed or "").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n").rstrip()
    if len(found) > BODY_LENGTH:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(max)d znaków.", max=BODY_LENGTH), field="body")
    return found


def difference(before: str, after: str) -> list[tuple[str, str]]:
    """What changed, line by line: (`same` | `gone` | `new`, line)."""
    kinds = {" ": "same", "-": "gone", "+": "new"}
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [(kinds[line[0]], line[2:]) for line in lines if line[0] in kinds]


def merged(mine: str, theirs: str) -> str:
    """A text with every line of both, from which somebody makes one: common lines once, others one after the other."""
    ours, others = mine.splitlines(), theirs.splitlines()
    found: list[str] = []
    for tag, a1, a2, b1, b2 in difflib.SequenceMatcher(None, others, ours, autojunk=False).get_opcodes():
        found += others[a1:a2]
        if tag != "equal":
            found += ours[b1:b2]
    return "\n".join(found)


def fingerprint(title: str, sections: Sequence[tuple[str, str]], defects: Sequence[Any], files: Sequence[Any]) -> str:
    """SHA-256 (hex) of what is signed: title, sections, defects with who and until when, files with their hashes."""
    said = json.dumps(
        {"title": title, "sections": list(sections), "defects": list(defects), "files": list(files)},
        ensure_ascii=False, sort_keys=True, separators=(",", ":"),
    )  # fmt: skip
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


def readable_hash(said: str) -> str:
    """The hash in groups of eight, as it is compared."""
    return " ".join(said[place : place + 8] for place in range(0, len(said), 8))


def is_held(at: datetime | None, moment: datetime) -> bool:
    """Whether somebody who opened a section then may still be writing in it."""
    return at is not None and moment - at < HELD
