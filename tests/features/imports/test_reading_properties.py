"""What holds for every row and every form of a number, not only for those thought of."""

import unicodedata
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.imports.reading import values
from app.imports.reading.delimited import Delimited
from app.imports.reading.findings import Doubtful, Notes, Unreadable
from app.imports.reading.limits import Limits
from app.imports.reading.mapping import NOTHING
from app.imports.reading.rows import SheetReading
from app.imports.reading.sheets import LEDGER, SHEETS
from tests.factories.packages import CONTRACT, POLISH, Dialect, csv_bytes, header, unescaped

LETTERS = "aąbcćdeęfghijklłmnńoóprsśtuwyzźżAĄBCĆDEĘŁŃÓŚŹŻ0123456789 .,;:-/\\'\"()%&+\t"
TEXTS = st.text(LETTERS, min_size=1, max_size=40).map(str.strip).filter(bool)
CODES = st.text("ABCŁŻ0123456789-/.\\", min_size=1, max_size=20)
AMOUNTS = st.integers(0, values.MAX_GROSZE)
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
DIALECTS = st.builds(
    Dialect,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1250", "iso8859_2", "cp852", "utf-16"]),
    separator=st.sampled_from([";", ",", "\t"]),
    decimal=st.sampled_from([",", "."]),
    grouping=st.sampled_from(["", " ", "\xa0"]),
    dates=st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y"]),
    ends=st.sampled_from(["\n", "\r\n"]),
)
KINDS = {"bilans_otwarcia": "opening", "wpłata": "payment", "correction": "correction"}
ENTRIES = st.tuples(
    CODES,
    CODES,
    st.sampled_from(sorted(KINDS)),
    DAYS,
    st.none() | DAYS,
    AMOUNTS,
    st.booleans(),
    st.none() | TEXTS,
    st.none() | TEXTS,
)


def read_ledger(content: bytes) -> tuple[list[list[str | None]], Notes]:
    notes = Notes(1000)
    source = Delimited(LEDGER, "obroty", "obroty.csv", lambda: BytesIO(content))
    reading = SheetReading(source, Limits(), NOTHING, notes)
    blocks: list[bytes] = []
    assert reading.begin()
    reading.run(lambda block, _: blocks.append(block))
    lines = b"".join(blocks).decode().split("\n")[:-1]
    return [[unescaped(cell) for cell in line.split("\t")] for line in lines], notes


@settings(max_examples=150, deadline=None)
@given(st.lists(ENTRIES, min_size=1, max_size=8), DIALECTS)
def test_any_row_in_any_dialect_reads_back_equal(entries, dialect: Dialect) -> None:
    written = [header("ledger")]
    expected = []
    for entry, unit, kind, day, due, amount, is_debit, document, title in entries:
        zloty = Decimal(amount).scaleb(-2)
        sides = (zloty, None) if is_debit else (None, zloty)
        written.append([entry, unit, kind, None, day, due, None, *sides, document, title])
        whole = (amount, 0) if is_debit else (0, amount)
        expected.append([entry, unit, KINDS[kind], "rent", day.isoformat(), due and due.isoformat(), None, *whole])
    rows, notes = read_ledger(csv_bytes(written, dialect))
    assert notes.errors == 0, notes.kept
    assert [[*row[1:8], int(row[8] or ""), int(row[9] or "")] for row in rows] == expected
    for row, entry in zip(rows, entries, strict=True):
        for read, wrote in zip(row[10:], entry[7:], strict=True):
            assert (read or "").replace(" ", "") == (wrote or "").replace("\t", "").replace(" ", "")


@given(
    st.integers(-values.MAX_GROSZE, values.MAX_GROSZE),
    st.sampled_from([",", "."]),
    st.sampled_from(["", *values.GROUPING]),
    st.sampled_from(["-", "\u2212"]),
)
def test_every_form_of_an_amount_is_the_same_number_of_grosze(amount: int, mark: str, blank: str, minus: str) -> None:
    shown = f"{Decimal(abs(amount)).scaleb(-2):,.2f}".replace(",", blank).replace(".", mark)
    assert values.grosze(signed=True)(("" if amount >= 0 else minus) + shown) == str(amount)


@given(st.text(max_size=20).map(values.tidy).filter(bool))
def test_no_text_is_read_as_an_amount_unless_it_is_one(cell: str) -> None:
    try:
        read = values.grosze()(cell)
    except Unreadable:
        return
    assert read.isascii() and read.isdigit() and int(read) <= values.MAX_GROSZE
    assert set(cell) <= set("0123456789,.+-\u2212") | set(values.GROUPING)


@given(
    st.text(max_size=30).map(values.tidy).filter(bool),
    st.sampled_from([column for sheet in SHEETS.values() for column in sheet.columns]),
)
def test_whatever_a_cell_holds_it_is_read_refused_or_doubted_and_never_breaks_a_row(cell: str, column) -> None:
    try:
        read = column.kind.parse(cell)
    except (Unreadable, Doubtful):
        return
    assert "\0" not in read and "\n" not in read and "\t" not in read


@given(DAYS, st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d 00:00:00"]))
def test_a_day_is_the_same_in_every_form(day: date, form: str) -> None:
    assert values.date(day.strftime(form)) == day.isoformat()


@given(st.integers(0, 10**24 - 1), st.integers(0, 25), st.integers(1, 9))
def test_an_account_number_with_one_wrong_digit_is_refused(body: int, at: int, by: int) -> None:
    check = 98 - (body * 10**6 + 252100) % 97
    account = f"{check:02d}{body:024d}"
    assert values.account_number(f"PL {account[:2]} {account[2:10]} {account[10:]}") == account
    wrong = account[:at] + str((int(account[at]) + by) % 10) + account[at + 1 :]
    # Check digits 00 and 97, 01 and 98 mean the same: a fault of the standard, not of the reader.
    assume(int(wrong[2:] + "2521" + wrong[:2]) % 97 != 1)
    with pytest.raises(Unreadable):
        values.account_number(wrong)


@given(st.text("aąłŁ_ -éÉ", max_size=10))
def test_names_compare_without_case_and_diacritics(name: str) -> None:
    assert values.fold(name) == values.fold(name.upper()) == values.fold(unicodedata.normalize("NFD", name))


@pytest.mark.parametrize("sheet", CONTRACT)
def test_the_contract_is_known_word_for_word(sheet: str) -> None:
    spec = SHEETS[sheet]
    assert spec.polish == POLISH[sheet]
    assert [column.name for column in spec.columns] == header(sheet, polish=False)
    assert [column.polish for column in spec.columns] == header(sheet)
