"""A small house that nobody lives in: what the sample workbook says. Pure; the same for everybody on one day.

Every code begins with `MARK`, so that what comes of it is known in the books, whichever way it got there. No unit has
a bank account: nobody can pay into a house that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

MARK = "PRZYKLAD-"
MONTHS = 6
Cell = str | int | Decimal | date | None
Table = list[Sequence[Cell]]

HEADERS = {
    "budynki": "kod nazwa ulica numer kod_pocztowy miejscowość",
    "lokale": "kod budynek klatka numer piętro powierzchnia powierzchnia_ogrzewana liczba_osób tytuł_prawny udział "
    "rachunek",
    "osoby": "kod imię nazwisko firma email telefon ulica numer kod_pocztowy miejscowość członek",
    "dysponenci": "lokal osoba rola od do",
    "składniki": "kod nazwa jednostka rodzaj",
    "naliczenia": "lokal składnik od do ilość cena kwota uwagi",
    "obroty": "nr lokal rodzaj konto data termin okres wn ma dokument tytuł",
    "liczniki": "numer lokal medium miejsce montaż legalizacja_do demontaż",
    "odczyty": "numer data stan źródło",
    "kontrola": "arkusz wiersze suma",
}


@dataclass(frozen=True, slots=True)
class _Flat:
    number: int
    area: Decimal
    persons: int
    first_name: str
    last_name: str
    late: int  # how many of the newest months are not paid

    @property
    def code(self) -> str:
        return f"{MARK}{self.number}"

    @property
    def person(self) -> str:
        return f"{MARK}O{self.number}"


_FLATS = (
    _Flat(1, Decimal("38.20"), 1, "Anna", "Przykładowa", 0),
    _Flat(2, Decimal("47.50"), 2, "Jan", "Przykładowy", 1),
    _Flat(3, Decimal("52.40"), 3, "Maria", "Wzorcowa", 0),
    _Flat(4, Decimal("61.00"), 4, "Piotr", "Wzorcowy", 2),
    _Flat(5, Decimal("47.50"), 2, "Ewa", "Próbna", 0),
    _Flat(6, Decimal("52.40"), 1, "Adam", "Próbny", 0),
)
#: Code, name, unit, kind, price.
_COMPONENTS = (
    ("EKS", "Eksploatacja", "m2", "niezależna", Decimal("3.20")),
    ("REM", "Fundusz remontowy", "m2", "niezależna", Decimal("2.10")),
    ("CO", "Centralne ogrzewanie – zaliczka", "m2", "zależna", Decimal("4.50")),
    ("SMI", "Odpady komunalne", "osoba", "zależna", Decimal("31.00")),
)


def sheets(today: date, *, addresses: bool) -> dict[str, Table]:
    """The sheets in the order of the workbook, without headers. `addresses`: with e-mails and phones, to show how they
    are written; the data that we load ourselves have none, so that nobody is written to."""
    first = _months_before(today, MONTHS - 1)
    made: dict[str, Table] = {
        "budynki": [(f"{MARK}B", "Dom przykładowy", "Przykładowa", "1", "00-001", "Przykładowo")],
        "lokale": [
            (flat.code, f"{MARK}B", "A", str(flat.number), str((flat.number - 1) // 2), flat.area, flat.area,
             flat.persons, "odrębna własność", f"{int(flat.area * 100)}/29900", None)
            for flat in _FLATS
        ],
        "osoby": [
            (flat.person, flat.first_name, flat.last_name, None,
             f"osoba{flat.number}@example.com" if addresses else None,
             f"60000000{flat.number}" if addresses else None,
             "Przykładowa", f"1/{flat.number}", "00-001", "Przykładowo", "nie")
            for flat in _FLATS
        ],
        "dysponenci": [(flat.code, flat.person, "właściciel", date(today.year - 3, 1, 1), None) for flat in _FLATS],
        "składniki": [(MARK + code, name, basis, kind) for code, name, basis, kind, _price in _COMPONENTS],
        "naliczenia": [row for flat in _FLATS for row in _charges(flat, first)],
        "obroty": [row for flat in _FLATS for row in _ledger(flat, today)],
        "liczniki": [
            (f"{MARK}W{flat.number}", flat.code, "zw", "łazienka",
             date(today.year - 2, 3, 1), date(today.year + 3, 3, 1), None)
            for flat in _FLATS
        ],
        "odczyty": [
            (f"{MARK}W{flat.number}", day, Decimal(stand) + flat.persons * Decimal(used), "administracja")
            for flat in _FLATS
            for day, stand, used in ((first, "100.000", "0.000"), (today.replace(day=1), "100.000", "15.250"))
        ],
    }  # fmt: skip
    return made | {"kontrola": _control(made)}


def _charges(flat: _Flat, since: date) -> Iterator[Sequence[Cell]]:
    for code, _name, basis, _kind, price in _COMPONENTS:
        quantity = flat.area if basis == "m2" else Decimal(flat.persons)
        yield flat.code, MARK + code, since, None, quantity, price, _rounded(quantity * price), None


def _ledger(flat: _Flat, today: date) -> Iterator[Sequence[Cell]]:
    monthly = sum((row[6] for row in _charges(flat, today) if isinstance(row[6], Decimal)), Decimal(0))
    for back in range(MONTHS - 1, -1, -1):
        month = _months_before(today, back)
        key, told = f"{month:%Y-%m}", f"{month:%m/%Y}"
        yield (
            f"{MARK}{key}-{flat.number}-N", flat.code, "naliczenie", "opłaty", month, month.replace(day=15), key,
            monthly, None, f"NAL/{told}", f"Opłaty za {told}",
        )  # fmt: skip
        paid_on = month.replace(day=12)
        if back >= flat.late and paid_on <= today:
            more = Decimal(10) if flat.number == 3 and back == flat.late else Decimal(0)
            yield (
                f"{MARK}{key}-{flat.number}-W", flat.code, "wpłata", "opłaty", paid_on, None, key, None,
                monthly + more, f"WB/{told}", "Wpłata z przelewu",
            )  # fmt: skip


def _control(made: dict[str, Table]) -> Table:
    sums = {
        "naliczenia": sum((_money(row[6]) for row in made["naliczenia"]), Decimal(0)),
        "obroty": sum((_money(row[7]) - _money(row[8]) for row in made["obroty"]), Decimal(0)),
    }
    return [(sheet, len(rows), sums.get(sheet)) for sheet, rows in made.items()]


def _money(cell: Cell) -> Decimal:
    return cell if isinstance(cell, Decimal) else Decimal(0)


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _months_before(day: date, months: int) -> date:
    """The first day of the month so many months before."""
    count = day.year * 12 + day.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)
