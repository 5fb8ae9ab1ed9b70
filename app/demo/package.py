"""The exchange package in memory: its sheets, their columns, and the rows that a generator fills in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum

Cell = str | int | date | None
Row = tuple[Cell, ...]


class Kind(Enum):
    """What a cell holds. The three scaled kinds are whole numbers of the last decimal place."""

    TEXT = "text"
    WHOLE = "whole"
    DAY = "day"
    MONEY = "money"  # grosze, two decimals
    HUNDREDTHS = "hundredths"  # square metres, two decimals
    THOUSANDTHS = "thousandths"  # quantities and readings, three decimals

    @property
    def decimals(self) -> int:
        """Digits after the decimal mark; 0 for kinds that are not scaled."""
        return {Kind.MONEY: 2, Kind.HUNDREDTHS: 2, Kind.THOUSANDTHS: 3}.get(self, 0)


@dataclass(frozen=True)
class Column:
    """One column: English and Polish header, kind, and the Polish form of its fixed words."""

    name: str
    polish: str
    kind: Kind = Kind.TEXT
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sheet:
    """One sheet of the package, its columns in the order of the contract."""

    name: str
    polish: str
    columns: tuple[Column, ...]

    def index(self, column: str) -> int:
        """Position of a column by its English name; ValueError when there is none."""
        return [each.name for each in self.columns].index(column)


ENTRY_KINDS = {
    "opening": "bilans_otwarcia",
    "charge": "naliczenie",
    "payment": "wpłata",
    "interest": "odsetki",
    "settlement": "rozliczenie",
    "allowance": "dodatek",
    "correction": "korekta",
}
ACCOUNTS = {"rent": "opłaty", "water": "woda", "heat": "co", "repairs": "remonty", "interest": "odsetki"}
ROLES = {"owner": "właściciel", "co-owner": "współwłaściciel", "tenant": "najemca", "proxy": "pełnomocnik"}
BASES = {"m2": "m2", "person": "osoba", "unit": "lokal", "m3": "m3", "GJ": "GJ", "piece": "szt"}
COMPONENT_KINDS = {"dependent": "zależna", "independent": "niezależna"}
MEDIA = {"cold_water": "zw", "hot_water": "cw", "heat": "co", "electricity": "ee", "gas": "gaz"}

T, W, D = Kind.TEXT, Kind.WHOLE, Kind.DAY
M, H, Q = Kind.MONEY, Kind.HUNDREDTHS, Kind.THOUSANDTHS


def _sheet(name: str, polish: str, *columns: tuple[str, str] | tuple[str, str, Kind]) -> Sheet:
    return Sheet(name, polish, tuple(Column(*column) for column in columns))


def _worded(sheet: Sheet, **words: dict[str, str]) -> Sheet:
    columns = tuple(replace(each, words=words.get(each.name, {})) for each in sheet.columns)
    return replace(sheet, columns=columns)


SHEETS: tuple[Sheet, ...] = (
    _sheet(
        "buildings", "budynki",
        ("code", "kod"), ("name", "nazwa"), ("street", "ulica"), ("number", "numer"),
        ("postcode", "kod_pocztowy"), ("city", "miejscowość"),
    ),
    _sheet(
        "units", "lokale",
        ("code", "kod"), ("building", "budynek"), ("staircase", "klatka"), ("number", "numer"),
        ("floor", "piętro", W), ("area_m2", "powierzchnia", H),
        ("heated_area_m2", "powierzchnia_ogrzewana", H), ("persons", "liczba_osób", W),
        ("title", "tytuł_prawny"), ("share", "udział"), ("account", "rachunek"),
    ),
    _sheet(
        "people", "osoby",
        ("code", "kod"), ("first_name", "imię"), ("last_name", "nazwisko"), ("company", "firma"),
        ("email", "email"), ("phone", "telefon"), ("street", "ulica"), ("number", "numer"),
        ("postcode", "kod_pocztowy"), ("city", "miejscowość"), ("member", "członek"),
    ),
    _worded(
        _sheet(
            "occupancies", "dysponenci",
            ("unit", "lokal"), ("person", "osoba"), ("role", "rola"), ("from", "od", D), ("to", "do", D),
        ),
        role=ROLES,
    ),
    _worded(
        _sheet(
            "components", "składniki",
            ("code", "kod"), ("name", "nazwa"), ("basis", "jednostka"), ("kind", "rodzaj"),
        ),
        basis=BASES, kind=COMPONENT_KINDS,
    ),
    _sheet(
        "charges", "naliczenia",
        ("unit", "lokal"), ("component", "składnik"), ("from", "od", D), ("to", "do", D),
        ("quantity", "ilość", Q), ("price", "cena", M), ("amount", "kwota", M), ("note", "uwagi"),
    ),
    _worded(
        _sheet(
            "ledger", "obroty",
            ("entry", "nr"), ("unit", "lokal"), ("kind", "rodzaj"), ("account", "konto"), ("date", "data", D),
            ("due", "termin", D), ("period", "okres"), ("debit", "wn", M), ("credit", "ma", M),
            ("document", "dokument"), ("title", "tytuł"),
        ),
        kind=ENTRY_KINDS, account=ACCOUNTS,
    ),
    _worded(
        _sheet(
            "meters", "liczniki",
            ("serial", "numer"), ("unit", "lokal"), ("medium", "medium"), ("location", "miejsce"),
            ("installed", "montaż", D), ("verified_until", "legalizacja_do", D), ("removed", "demontaż", D),
        ),
        medium=MEDIA,
    ),
    _sheet(
        "readings", "odczyty",
        ("serial", "numer"), ("date", "data", D), ("value", "stan", Q), ("source", "źródło"),
    ),
    _worded(
        _sheet(
            "settlements", "rozliczenia",
            ("number", "nr"), ("unit", "lokal"), ("medium", "medium"), ("from", "od", D), ("to", "do", D),
            ("consumption", "zużycie", Q), ("cost", "koszt", M), ("advances", "zaliczki", M),
            ("balance", "saldo", M),
        ),
        medium=MEDIA,
    ),
    _sheet(
        "allowances", "dodatki",
        ("decision", "decyzja"), ("unit", "lokal"), ("person", "osoba"), ("authority", "organ"),
        ("from", "od", D), ("to", "do", D), ("monthly", "miesięcznie", M),
    ),
    _sheet("control", "kontrola", ("sheet", "arkusz"), ("rows", "wiersze", W), ("sum", "suma", M)),
)  # fmt: skip
SHEET: dict[str, Sheet] = {sheet.name: sheet for sheet in SHEETS}


def _charges_sum(rows: Sequence[Row]) -> int:
    return sum(row[6] for row in rows if isinstance(row[6], int))


def _ledger_sum(rows: Sequence[Row]) -> int:
    debit = sum(row[7] for row in rows if isinstance(row[7], int))
    return debit - sum(row[8] for row in rows if isinstance(row[8], int))


_SUMS: dict[str, Callable[[Sequence[Row]], int]] = {"charges": _charges_sum, "ledger": _ledger_sum}


@dataclass(frozen=True)
class Package:
    """Everything one manager's books hand over.

    `sheets` maps the English sheet name to its rows (without `control`); each row is a tuple in the
    order of `SHEET[name].columns`: text, whole numbers (scaled as the column's kind says), dates, or
    None for empty.
    """

    manager: str
    as_of: date
    sheets: dict[str, list[Row]]

    def rows(self, sheet: str) -> list[Row]:
        """Rows of one sheet; `control` is counted from the others. KeyError for an unknown sheet."""
        return self.control() if sheet == "control" else self.sheets[sheet]

    def records(self, sheet: str) -> list[dict[str, Cell]]:
        """The same rows as dictionaries keyed by the English column names."""
        names = [column.name for column in SHEET[sheet].columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows(sheet)]

    def control(self) -> list[Row]:
        """(sheet, rows, sum in grosze or None) for every sheet held, in the order of the contract."""
        result: list[Row] = []
        for sheet in SHEETS:
            if sheet.name in self.sheets:
                rows = self.sheets[sheet.name]
                total = _SUMS.get(sheet.name)
                result.append((sheet.name, len(rows), total(rows) if total else None))
        return result

    def replacing(self, **sheets: list[Row]) -> "Package":
        """A copy with the given sheets exchanged or added; control totals follow by themselves."""
        return replace(self, sheets={**self.sheets, **sheets})

    def as_known(self, day: date) -> "Package":
        """What the same manager would have handed over in the night after `day`: later entries are not booked yet."""
        at = SHEET["ledger"].index("date")
        booked = [row for row in self.sheets["ledger"] if isinstance(on := row[at], date) and on <= day]
        return replace(self.replacing(ledger=booked), as_of=day)

    def only(self, *names: str) -> "Package":
        """A copy with just the named sheets."""
        return replace(self, sheets={name: self.sheets[name] for name in names})
