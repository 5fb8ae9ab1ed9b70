"""Words of settlements, and what the parameters of a run may be. Without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

HEAT, HOT, COLD = "heat", "hot_water", "cold_water"
MEDIA = {COLD: _l("zimna woda"), HOT: _l("ciepła woda"), HEAT: _l("centralne ogrzewanie")}
DRAFT, PUBLISHED, WITHDRAWN, REPLACED = "draft", "published", "withdrawn", "replaced"
STATES = {
    DRAFT: _l("projekt"),
    PUBLISHED: _l("opublikowane"),
    WITHDRAWN: _l("wycofane"),
    REPLACED: _l("zastąpione nowszym"),
}
FIXED, VARIABLE, SPLIT, OTHER, TARIFF = "fixed", "variable", "split", "other", "tariff"
KINDS = {
    SPLIT: _l("do podziału na część stałą i zmienną"),
    FIXED: _l("koszt stały"),
    VARIABLE: _l("koszt zmienny"),
    OTHER: _l("inny koszt, po równo na lokal"),
    TARIFF: _l("cena za jednostkę zużycia (taryfa)"),
}
WATER_PART, HEAT_PART = "water", "heat"
PURPOSES = {"": _l("nie dotyczy"), WATER_PART: _l("woda i ścieki"), HEAT_PART: _l("podgrzanie wody")}
M2, UNIT, PERSON, SHARE, USE = "m2", "unit", "person", "share", "use"
BASES = {
    M2: _l("powierzchnia (m²)"),
    UNIT: _l("po równo na lokal"),
    PERSON: _l("liczba osób"),
    SHARE: _l("udział w nieruchomości"),
}
M3, GJ, DIVIDER = "m3", "GJ", "divider"
USES = {
    M3: _l("m³ z wodomierzy"),
    GJ: _l("GJ z ciepłomierzy"),
    DIVIDER: _l("jednostki z podzielników × współczynnik wyrównawczy"),
}
NOBODY, BY_USE, BY_UNIT = "none", "use", "unit"
DIFFERENCES = {
    BY_USE: _l("rozdziel według zużycia"),
    BY_UNIT: _l("rozdziel po równo na lokale"),
    NOBODY: _l("nie obciążaj nią lokali"),
}
REASONS = {
    "no_meter": _l("lokal nie ma licznika"),
    "no_reading": _l("brak odczytu na początek albo na koniec okresu"),
}
SIGNS = {M2: "m²", M3: "m³", GJ: "GJ"}
MOST_COSTS, MOST_BUILDINGS, NAME_LENGTH, NOTE_LENGTH = 60, 200, 150, 2_000
MOST_GROSZE = 10**13


@dataclass(frozen=True, slots=True)
class Parameters:
    """How a run shares its costs (zasady rozliczenia).

    `fixed_percent` of what is to be split goes by `fixed_basis`, the rest by use, which is measured in `use_in`.
    `main_use` is what the main meter of the buildings showed, `difference` what becomes of what the units' meters did
    not. A lump unit (ryczałt) counts `lump_norm` a person and month (water) or a square metre (heat). A unit's use is
    counted with at least `least_percent` and at most `most_percent` of the average a square metre.
    """

    fixed_percent: Decimal = Decimal(0)
    fixed_basis: str = M2
    use_in: str = M3
    main_use: Decimal | None = None
    difference: str = BY_USE
    lump_norm: Decimal | None = None
    least_percent: Decimal | None = None
    most_percent: Decimal | None = None

    def as_json(self) -> dict[str, Any]:
        return {name: str(value) if isinstance(value, Decimal) else value for name, value in asdict(self).items()}

    @staticmethod
    def of(value: Mapping[str, Any]) -> Parameters:
        """What `as_json` made."""
        known = {each.name for each in fields(Parameters)}
        decimals = {"fixed_percent", "main_use", "lump_norm", "least_percent", "most_percent"}
        read: dict[str, Any] = {
            name: Decimal(part) if name in decimals and part is not None else part
            for name, part in value.items()
            if name in known
        }
        return Parameters(**read)


def usual(medium: str) -> Parameters:
    """What a new run of a medium begins with."""
    if medium == HEAT:
        return Parameters(fixed_percent=Decimal(40), use_in=DIVIDER)
    return Parameters()


def checked(value: Parameters) -> Parameters:
    """The same. Raises `Refused` with the field."""
    if not 0 <= value.fixed_percent <= 100:
        raise Refused(_("Podaj udział od 0 do 100 procent."), field="fixed_percent")
    for name, among in (("fixed_basis", BASES), ("use_in", USES), ("difference", DIFFERENCES)):
        if getattr(value, name) not in among:
            raise Refused(_("Wybierz jedną z podanych możliwości."), field=name)
    for name in ("main_use", "lump_norm", "least_percent", "most_percent"):
        part = getattr(value, name)
        if part is not None and not 0 <= part <= 10_000_000:
            raise Refused(_("Podaj liczbę nie mniejszą niż 0."), field=name)
    least, most = value.least_percent, value.most_percent
    if least is not None and most is not None and least > most:
        raise Refused(_("Górna granica nie może być mniejsza niż dolna."), field="most_percent")
    return value


def number(typed: str | None, field: str, *, places: int = 6) -> Decimal | None:
    """A quantity as people type it: comma or point, spaces between thousands; None for nothing. Raises `Refused`."""
    plain = (typed or "").replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".").strip()
    if not plain:
        return None
    try:
        value = Decimal(plain) if len(plain) <= 24 and "e" not in plain.lower() else None
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite():
        raise Refused(_("Podaj liczbę, na przykład 12,5."), field=field)
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > places or abs(value) > 10**9:
        raise Refused(_("Ta liczba ma za dużo cyfr."), field=field)
    return value


def grosze(typed: str | None, field: str) -> int | None:
    """An amount in złoty as people type it, in grosze; None for nothing. Raises `Refused`."""
    value = number((typed or "").replace("zł", ""), field, places=2)
    return None if value is None else int(value * 100)


def words(typed: str | None, field: str, longest: int, *, needed: bool = True) -> str:
    """A text of one or more lines without control signs. Raises `Refused`."""
    plain = "".join(sign for sign in (typed or "").replace("\r\n", "\n") if sign == "\n" or sign.isprintable()).strip()
    if needed and not plain:
        raise Refused(_("To pole jest wymagane."), field=field)
    if len(plain) > longest:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(max)d znaków.", max=longest), field=field)
    return plain


def period(first: date | None, last: date | None) -> tuple[date, date]:
    """The days of a run, both inclusive. Raises `Refused` with `from_on` or `to_on`."""
    if first is None:
        raise Refused(_("Podaj pierwszy dzień okresu."), field="from_on")
    if last is None:
        raise Refused(_("Podaj ostatni dzień okresu."), field="to_on")
    if last <= first:
        raise Refused(_("Okres musi kończyć się po dniu, w którym się zaczyna."), field="to_on")
    if first.year < 1990 or (last - first).days > 3 * 366:
        raise Refused(_("Okres może mieć najwyżej trzy lata."), field="to_on")
    return first, last


def months_of(first: date, last: date) -> int:
    """How many months a period touches."""
    return (last.year - first.year) * 12 + last.month - first.month + 1
