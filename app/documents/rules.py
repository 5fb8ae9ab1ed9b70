"""Policy of documents: who may see what, which kinds there are, and what may be said of one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.texts import line, passage

TITLE_LENGTH, NOTE_LENGTH, NUMBER_LENGTH, FOLDER_LENGTH, REASON_LENGTH = 200, 2_000, 60, 80, 500
DEEPEST = 4  # folders within folders
MOST_CODES = 2_000
LARGEST = 25 << 20
#: A document is marked as new for so long, to whoever has not opened it.
NEW_FOR = timedelta(days=30)

PUBLIC, RESIDENTS, MEMBERS, BUILDINGS, UNITS, PEOPLE, STAFF = (
    "public", "residents", "members", "buildings", "units", "people", "staff",
)  # fmt: skip
ACCESS: dict[str, Any] = {
    PUBLIC: _l("Wszyscy, także bez logowania"),
    RESIDENTS: _l("Mieszkańcy po zalogowaniu"),
    MEMBERS: _l("Tylko członkowie"),
    BUILDINGS: _l("Mieszkańcy wybranych budynków"),
    UNITS: _l("Wybrane lokale"),
    PEOPLE: _l("Wybrane osoby"),
    STAFF: _l("Tylko pracownicy biura"),
}
SHORT_ACCESS: dict[str, Any] = {
    PUBLIC: _l("publiczny"),
    RESIDENTS: _l("mieszkańcy"),
    MEMBERS: _l("członkowie"),
    BUILDINGS: _l("budynki"),
    UNITS: _l("lokale"),
    PEOPLE: _l("osoby"),
    STAFF: _l("biuro"),
}
#: What an access class is addressed to: the kind of its targets.
TARGETS = {BUILDINGS: "building", UNITS: "unit", PEOPLE: "person"}
#: Classes that more than one household sees: the words of such a document are looked through before it is published.
WIDE = frozenset({PUBLIC, RESIDENTS, MEMBERS, BUILDINGS})
STATES: dict[str, Any] = {
    "draft": _l("szkic"),
    "published": _l("opublikowany"),
    "withdrawn": _l("wycofany"),
}


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of document. `lawful` ones a cooperative has to show on its web site (u.s.m. art. 8¹ ust. 3)."""

    label: Any
    plural: Any
    lawful: bool = False


CATEGORIES: dict[str, Category] = {
    "statute": Category(_l("Statut"), _l("Statut"), lawful=True),
    "rules": Category(_l("Regulamin wewnętrzny"), _l("Regulaminy"), lawful=True),
    "resolution": Category(_l("Uchwała"), _l("Uchwały"), lawful=True),
    "minutes": Category(_l("Protokół obrad"), _l("Protokoły obrad"), lawful=True),
    "lustration": Category(_l("Protokół lustracji"), _l("Protokoły lustracji"), lawful=True),
    "report": Category(_l("Sprawozdanie finansowe"), _l("Sprawozdania finansowe"), lawful=True),
    "contract": Category(_l("Umowa lub faktura"), _l("Umowy i faktury")),
    "manual": Category(_l("Instrukcja"), _l("Instrukcje")),
    "charges": Category(_l("Zawiadomienie o opłatach"), _l("Zawiadomienia o opłatach")),
    "settlement": Category(_l("Rozliczenie"), _l("Rozliczenia")),
    "other": Category(_l("Inny dokument"), _l("Inne dokumenty")),
}
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a document, checked."""

    title: str
    category: str
    number: str | None = None
    note: str | None = None
    dated_on: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None


def about(
    title: str | None,
    category: str | None,
    number: str | None = None,
    note: str | None = None,
    dated_on: date | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
) -> About:
    """Raises `Refused` with the field that is wrong."""
    if category not in CATEGORIES:
        raise Refused(_("Wybierz rodzaj dokumentu."), field="category")
    for field, day in (("dated_on", dated_on), ("valid_from", valid_from), ("valid_until", valid_until)):
        if day is not None and not _EARLIEST <= day <= _LATEST:
            raise Refused(_("Podaj datę z lat 1900–2199."), field=field)
    if valid_from and valid_until and valid_from > valid_until:
        raise Refused(_("Dokument nie może przestać obowiązywać, zanim zacznie."), field="valid_until")
    return About(
        line(title, "title", TITLE_LENGTH, _("Podaj tytuł.")),
        str(category),
        line(number, "number", NUMBER_LENGTH) or None,
        passage(note, "note", NOTE_LENGTH) or None,
        dated_on,
        valid_from,
        valid_until,
    )


def checked_access(access: str | None, codes: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """An access class and the codes that it is addressed to. Raises `Refused`."""
    if access not in ACCESS:
        raise Refused(_("Wybierz, kto może zobaczyć dokument."), field="access")
    kind = TARGETS.get(access)
    if kind is None:
        return access, ()
    given = tuple(dict.fromkeys(code.strip() for code in codes if code.strip()))
    if not given:
        sentences = {
            "building": _("Wybierz przynajmniej jeden budynek."),
            "unit": _("Podaj kod przynajmniej jednego lokalu."),
            "person": _("Podaj kod przynajmniej jednej osoby."),
        }
        raise Refused(sentences[kind], field=access)
    if len(given) > MOST_CODES:
        raise Refused(_("Za dużo kodów naraz; najwyżej %(most)d.", most=MOST_CODES), field=access)
    return access, given


def codes_of(text: str | None) -> list[str]:
    """Codes as people type them: one a line, or with commas or semicolons between."""
    return [code.strip() for code in re.split(r"[\n,;]+", text or "") if code.strip()]


def holds(valid_from: date | None, valid_until: date | None, today: date) -> str:
    """`later`, `now` or `past`: whether a document is in force (obowiązuje) on a day."""
    if valid_from and valid_from > today:
        return "later"
    return "past" if valid_until and valid_until < today else "now"
