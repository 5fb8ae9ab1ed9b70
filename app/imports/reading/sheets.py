"""The sheets of the exchange package: one specification each. A new sheet is a new entry of `SHEETS`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from app.imports.reading import values
from app.imports.reading.columns import NULL, Column, Kind, amount_scan, text_scan
from app.imports.reading.values import fold

Fault = tuple[int, str, str]
#: Checks whole rows of a batch: COPY text by column name → (position, column, code) of each fault.
#: May fill in cells that follow from others.
RowCheck = Callable[[Mapping[str, list[str]]], Iterator[Fault]]


@dataclass(frozen=True)
class Sheet:
    """A sheet: its names in the contract, its columns in the order of COPY, rules of its rows.

    Of each group in `any_of` the file must have at least one column.
    """

    name: str
    polish: str
    columns: tuple[Column, ...]
    any_of: tuple[tuple[str, ...], ...] = ()
    check: RowCheck | None = None


def code(max_length: int = 64) -> Kind:
    return Kind(values.code(max_length), text_scan(max_length), free=True)


def text(max_length: int = 200) -> Kind:
    return Kind(values.text(max_length), free=True)


#: Text that hardly ever repeats.
def unique_text(max_length: int = 200) -> Kind:
    return Kind(values.text(max_length), text_scan(max_length), free=True)


DATE = Kind(values.date, dates=True)
PERIOD = Kind(values.period, dates=True)
AMOUNT = Kind(values.grosze(), amount_scan, money=True)
SIGNED_AMOUNT = Kind(values.grosze(signed=True), money=True)
AREA = Kind(values.area)
YES_NO = Kind(values.yes_no, truths=True)
POSTCODE = Kind(values.postcode, free=True)

QUANTITY = Kind(values.decimal(4))
PRICE = Kind(values.decimal(6, signed=True))
READING = Kind(values.decimal(3))

ROLES = {
    "owner": "owner", "właściciel": "owner", "co-owner": "co-owner", "współwłaściciel": "co-owner",
    "tenant": "tenant", "najemca": "tenant", "proxy": "proxy", "pełnomocnik": "proxy",
}  # fmt: skip
KINDS = {
    "opening": "opening", "bilans_otwarcia": "opening", "charge": "charge", "naliczenie": "charge",
    "payment": "payment", "wpłata": "payment", "interest": "interest", "odsetki": "interest",
    "settlement": "settlement", "rozliczenie": "settlement", "allowance": "allowance",
    "dodatek": "allowance", "correction": "correction", "korekta": "correction",
}  # fmt: skip
ACCOUNTS = {
    "rent": "rent", "opłaty": "rent", "water": "water", "woda": "water", "heat": "heat", "co": "heat",
    "repairs": "repairs", "remonty": "repairs", "interest": "interest", "odsetki": "interest",
}  # fmt: skip


BASES = {
    "m2": "m2", "m²": "m2", "person": "person", "osoba": "person", "unit": "unit", "lokal": "unit", "m3": "m3",
    "m³": "m3", "GJ": "GJ", "piece": "piece", "szt": "piece",
}  # fmt: skip
COMPONENT_KINDS = {
    "dependent": "dependent", "zależna": "dependent", "independent": "independent", "niezależna": "independent",
}  # fmt: skip
MEDIA = {
    "cold_water": "cold_water", "zw": "cold_water", "hot_water": "hot_water", "cw": "hot_water", "heat": "heat",
    "co": "heat", "electricity": "electricity", "ee": "electricity", "gas": "gas", "gaz": "gas",
}  # fmt: skip


def person_has_a_name(batch: Mapping[str, list[str]]) -> Iterator[Fault]:
    for at, (last_name, company) in enumerate(zip(batch["last_name"], batch["company"], strict=True)):
        if last_name == NULL and company == NULL:
            yield at, "last_name", "person-nameless"


def period_is_forward(batch: Mapping[str, list[str]]) -> Iterator[Fault]:
    for at, (start, end) in enumerate(zip(batch["from"], batch["to"], strict=True)):
        if end != NULL and end < start:
            yield at, "to", "ends-before-start"


def meter_lasts(batch: Mapping[str, list[str]]) -> Iterator[Fault]:
    for at, (installed, removed) in enumerate(zip(batch["installed"], batch["removed"], strict=True)):
        if NULL not in (installed, removed) and removed < installed:
            yield at, "removed", "ends-before-start"


def one_side_is_filled(batch: Mapping[str, list[str]]) -> Iterator[Fault]:
    """An entry has a debit or a credit; the empty side becomes 0, and a zero is as good as empty."""
    debits, credits = batch["debit"], batch["credit"]
    for at, (debit, credit) in enumerate(zip(debits, credits, strict=True)):
        if credit == NULL:
            if debit == NULL:
                yield at, "debit", "no-amount"
            else:
                credits[at] = "0"
        elif debit == NULL:
            debits[at] = "0"
        elif debit.strip("0") and credit.strip("0"):
            yield at, "credit", "both-sides"


BUILDINGS = Sheet(
    "buildings",
    "budynki",
    (
        Column("code", "kod", "code", code(), required=True, key=True, aliases=("kod_budynku", "symbol")),
        Column("name", "nazwa", "name", text()),
        Column("street", "ulica", "street", text(), required=True),
        Column("number", "numer", "number", code(20), required=True, aliases=("nr", "nr_budynku")),
        Column("postcode", "kod_pocztowy", "postcode", POSTCODE, required=True),
        Column("city", "miejscowość", "city", text(100), required=True, aliases=("miasto",)),
    ),
)
UNITS = Sheet(
    "units",
    "lokale",
    (
        Column("code", "kod", "code", code(), required=True, key=True, aliases=("kod_lokalu", "symbol")),
        Column("building", "budynek", "building_code", code(), required=True, aliases=("kod_budynku",)),
        Column("staircase", "klatka", "staircase", code(20)),
        Column("number", "numer", "number", code(20), required=True, aliases=("nr", "nr_lokalu", "numer_lokalu")),
        Column("floor", "piętro", "floor", code(20), aliases=("kondygnacja",)),
        Column(
            "area_m2",
            "powierzchnia",
            "area",
            AREA,
            required=True,
            aliases=("area", "powierzchnia_m2", "powierzchnia_użytkowa", "metraż"),
        ),
        Column(
            "heated_area_m2",
            "powierzchnia_ogrzewana",
            "heated_area",
            AREA,
            aliases=("heated_area", "powierzchnia_ogrzewana_m2"),
        ),
        Column("persons", "liczba_osób", "persons", Kind(values.integer(999)), aliases=("ilość_osób", "osoby")),
        Column("title", "tytuł_prawny", "title", text()),
        Column("share", "udział", "share", Kind(values.share)),
        Column(
            "account",
            "rachunek",
            "account",
            Kind(values.account_number),
            aliases=("nrb", "numer_rachunku", "nr_rachunku", "rachunek_bankowy", "konto_bankowe"),
        ),
    ),
)
PEOPLE = Sheet(
    "people",
    "osoby",
    (
        Column("code", "kod", "code", code(), required=True, key=True, aliases=("kod_osoby", "symbol")),
        Column("first_name", "imię", "first_name", text(100), aliases=("imiona",)),
        Column("last_name", "nazwisko", "last_name", text(100)),
        Column("company", "firma", "company", text(), aliases=("nazwa_firmy",)),
        Column("email", "email", "email", Kind(values.email, free=True), aliases=("adres_email", "mail")),
        Column("phone", "telefon", "phone", Kind(values.phone), aliases=("nr_telefonu", "tel")),
        Column("street", "ulica", "street", text()),
        Column("number", "numer", "number", code(40), aliases=("nr", "numer_domu")),
        Column("postcode", "kod_pocztowy", "postcode", POSTCODE),
        Column("city", "miejscowość", "city", text(100), aliases=("miasto",)),
        Column("member", "członek", "member", YES_NO, aliases=("członek_spółdzielni",)),
    ),
    any_of=(("last_name", "company"),),
    check=person_has_a_name,
)
OCCUPANCIES = Sheet(
    "occupancies",
    "dysponenci",
    (
        Column("unit", "lokal", "unit_code", code(), required=True, key=True, aliases=("kod_lokalu",)),
        Column("person", "osoba", "person_code", code(), required=True, key=True, aliases=("kod_osoby",)),
        Column("role", "rola", "role", Kind(values.choice(ROLES)), required=True),
        Column("from", "od", "from_on", DATE, required=True, aliases=("data_od",)),
        Column("to", "do", "to_on", DATE, aliases=("data_do",)),
    ),
    check=period_is_forward,
)
LEDGER = Sheet(
    "ledger",
    "obroty",
    (
        Column("entry", "nr", "entry", code(), required=True, key=True, aliases=("numer", "nr_zapisu", "id")),
        Column(
            "unit",
            "lokal",
            "unit_code",
            Kind(values.code(64), free=True),
            required=True,
            aliases=("kod_lokalu",),
        ),
        Column("kind", "rodzaj", "kind", Kind(values.choice(KINDS)), required=True),
        Column("account", "konto", "account", Kind(values.choice(ACCOUNTS)), default="rent"),
        Column("date", "data", "booked_on", DATE, required=True, aliases=("data_księgowania",)),
        Column("due", "termin", "due_on", DATE, aliases=("termin_płatności",)),
        Column("period", "okres", "period", PERIOD),
        Column("debit", "wn", "debit", AMOUNT, aliases=("winien",)),
        Column("credit", "ma", "credit", AMOUNT),
        Column("document", "dokument", "document", unique_text(100), aliases=("nr_dokumentu",)),
        Column("title", "tytuł", "title", unique_text(500), aliases=("opis", "treść")),
    ),
    any_of=(("debit", "credit"),),
    check=one_side_is_filled,
)

COMPONENTS = Sheet(
    "components",
    "składniki",
    (
        Column("code", "kod", "code", code(), required=True, key=True, aliases=("kod_składnika", "symbol")),
        Column("name", "nazwa", "name", text(), required=True, aliases=("nazwa_składnika",)),
        Column("basis", "jednostka", "basis", Kind(values.choice(BASES)), required=True, aliases=("jm", "podstawa")),
        Column("kind", "rodzaj", "kind", Kind(values.choice(COMPONENT_KINDS))),
    ),
)
CHARGES = Sheet(
    "charges",
    "naliczenia",
    (
        Column("unit", "lokal", "unit_code", code(), required=True, key=True, aliases=("kod_lokalu",)),
        Column("component", "składnik", "component_code", code(), required=True, key=True, aliases=("kod_składnika",)),
        Column("from", "od", "from_on", DATE, required=True, key=True, aliases=("data_od", "obowiązuje_od")),
        Column("to", "do", "to_on", DATE, aliases=("data_do", "obowiązuje_do")),
        Column("quantity", "ilość", "quantity", QUANTITY, required=True),
        Column("price", "cena", "price", PRICE, required=True, aliases=("stawka",)),
        Column("amount", "kwota", "amount", SIGNED_AMOUNT, required=True, aliases=("wartość",)),
        Column("note", "uwagi", "note", text(500), aliases=("opis",)),
    ),
    check=period_is_forward,
)
METERS = Sheet(
    "meters",
    "liczniki",
    (
        Column("serial", "numer", "serial", code(), required=True, key=True, aliases=("nr", "numer_licznika")),
        Column("unit", "lokal", "unit_code", code(), required=True, aliases=("kod_lokalu",)),
        Column("medium", "medium", "medium", Kind(values.choice(MEDIA)), required=True, aliases=("rodzaj",)),
        Column("location", "miejsce", "location", text(100), aliases=("lokalizacja",)),
        Column("installed", "montaż", "installed_on", DATE, aliases=("data_montażu",)),
        Column("verified_until", "legalizacja_do", "verified_until", DATE, aliases=("legalizacja",)),
        Column("removed", "demontaż", "removed_on", DATE, aliases=("data_demontażu",)),
    ),
    check=meter_lasts,
)
READINGS = Sheet(
    "readings",
    "odczyty",
    (
        Column("serial", "numer", "serial", code(), required=True, key=True, aliases=("nr", "numer_licznika")),
        Column("date", "data", "read_on", DATE, required=True, key=True, aliases=("data_odczytu",)),
        Column("value", "stan", "value", READING, required=True, aliases=("wskazanie",)),
        Column("source", "źródło", "source", text(100)),
    ),
)
SETTLEMENTS = Sheet(
    "settlements",
    "rozliczenia",
    (
        Column("number", "nr", "number", code(), required=True, key=True, aliases=("numer", "nr_rozliczenia")),
        Column("unit", "lokal", "unit_code", code(), required=True, aliases=("kod_lokalu",)),
        Column("medium", "medium", "medium", Kind(values.choice(MEDIA)), required=True, aliases=("rodzaj",)),
        Column("from", "od", "from_on", DATE, required=True, aliases=("data_od",)),
        Column("to", "do", "to_on", DATE, required=True, aliases=("data_do",)),
        Column("consumption", "zużycie", "consumption", READING),
        Column("cost", "koszt", "cost", SIGNED_AMOUNT, required=True),
        Column("advances", "zaliczki", "advances", SIGNED_AMOUNT, required=True),
        Column("balance", "saldo", "balance", SIGNED_AMOUNT, required=True),
    ),
    check=period_is_forward,
)
ALLOWANCES = Sheet(
    "allowances",
    "dodatki",
    (
        Column("decision", "decyzja", "decision", code(), required=True, key=True, aliases=("nr_decyzji",)),
        Column("unit", "lokal", "unit_code", code(), required=True, aliases=("kod_lokalu",)),
        Column("person", "osoba", "person_code", code(), required=True, aliases=("kod_osoby",)),
        Column("authority", "organ", "authority", text()),
        Column("from", "od", "from_on", DATE, required=True, aliases=("data_od",)),
        Column("to", "do", "to_on", DATE, required=True, aliases=("data_do",)),
        Column("monthly", "miesięcznie", "monthly", AMOUNT, required=True, aliases=("kwota",)),
    ),
    check=period_is_forward,
)

#: Every sheet of the contract, English and Polish name.
NAMES = {
    "buildings": "budynki", "units": "lokale", "people": "osoby", "occupancies": "dysponenci",
    "components": "składniki", "charges": "naliczenia", "ledger": "obroty", "meters": "liczniki",
    "readings": "odczyty", "settlements": "rozliczenia", "allowances": "dodatki", "control": "kontrola",
}  # fmt: skip
CONTROL = Sheet(
    "control",
    "kontrola",
    (
        Column(
            "sheet",
            "arkusz",
            "sheet",
            required=True,
            key=True,
            kind=Kind(values.choice({word: name for name, polish in NAMES.items() for word in (name, polish)})),
        ),
        Column("rows", "wiersze", "rows", Kind(values.integer(99_999_999)), aliases=("liczba_wierszy",)),
        Column("sum", "suma", "sum", SIGNED_AMOUNT),
    ),
)

#: The sheets that are read, in the order in which they refer to each other.
SHEETS = {
    sheet.name: sheet
    for sheet in (
        BUILDINGS, UNITS, PEOPLE, OCCUPANCIES, COMPONENTS, CHARGES, LEDGER, METERS, READINGS, SETTLEMENTS,
        ALLOWANCES, CONTROL,
    )
}  # fmt: skip
BY_FOLDED_NAME = {fold(word): name for name, polish in NAMES.items() for word in (name, polish)}


def sheet_called(name: str) -> str | None:
    """The contract's English name of the sheet that a tab or file called `name` holds, or None.

    Letter case, diacritics and numbers around the name (`01_lokale`) do not matter.
    """
    return BY_FOLDED_NAME.get(fold(name).strip("0123456789"))
