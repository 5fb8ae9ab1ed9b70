"""Every dialect of the banks says the same of the same payment; what is no bank's file is refused."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.statements.reading import files
from app.statements.reading.bookings import Content, Unreadable, grosze
from app.statements.reading.details import details
from app.statements.reading.encodings import decoded
from app.statements.reading.opening import is_bank_file, opened
from tests.features.statements import banks
from tests.features.statements.banks import Move

PAID = Move(
    45067, title="CZYNSZ ZA LIPIEC LOKAL 15A ŁĄCZNIE Z WODĄ I ŚMIECIAMI", name="JÓZEF ŹDŹBŁO", ref="17930107383.000001"
)  # fmt: skip
TARGET = "52102010261234000000000154"
DIALECTS: dict[str, Any] = {
    "pko": (banks.pko, "mt940", "ISO-8859-2"),
    "millennium": (banks.angled, "mt940", "CP852"),
    "pekao": (lambda moves: banks.angled(moves, "^"), "mt940", "CP852"),
    "pekao-iso": (lambda moves: banks.angled(moves, "^", "iso8859_2"), "mt940", "ISO-8859-2"),
    "bnp": (lambda moves: banks.angled(moves, "^", "utf-8"), "mt940", "UTF-8"),
    "nordea": (lambda moves: banks.angled(moves, "+", "cp1250"), "mt940", "CP1250"),
    "raiffeisen": (lambda moves: banks.angled(moves, ">"), "mt940", "CP852"),
    "ing": (banks.ing, "mt940", "CP852"),
    "pocztowy": (banks.pocztowy, "mt940", "UTF-8"),
    "mbank": (banks.mbank, "mt940", "ISO-8859-2"),
    "mbank-942": (lambda moves: banks.mbank(moves, intraday=True), "mt942", "ISO-8859-2"),
    "camt053.02": (banks.camt, "camt", "XML"),
    "camt053.08": (lambda moves: banks.camt(moves, version="053.001.08"), "camt", "XML"),
    "camt052.02": (lambda moves: banks.camt(moves, version="052.001.02"), "camt", "XML"),
    "elixir": (banks.elixir, "elixir", "CP1250"),
    "elixir-iso": (lambda moves: banks.elixir(moves, encoding="iso8859_2"), "elixir", "ISO-8859-2"),
}


def one(content: bytes, said: str = "auto") -> Content:
    return files.one("plik", content, said, None)


def refusal(content: bytes, said: str = "auto") -> str:
    with pytest.raises(Unreadable) as caught:
        one(content, said)
    return caught.value.code


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_each_dialect_tells_the_same_payment(name: str) -> None:
    write, form, encoding = DIALECTS[name]
    found = one(write([PAID]))
    (statement,) = found.statements
    (booking,) = statement.bookings
    assert (found.form, found.encoding) == (form, encoding)
    assert statement.account == banks.MAIN and statement.currency == "PLN"
    assert (booking.amount, booking.value_on) == (45067, date(2026, 11, 10))
    assert booking.payer == PAID.payer
    assert booking.name.startswith("JÓZEF ŹDŹBŁO")
    assert booking.title.replace(" ", "") == PAID.title.replace(" ", "")
    assert statement.balanced is (None if form in ("mt942", "elixir") else True)


@pytest.mark.parametrize("write", [banks.mass, banks.pipe], ids=["elixir rows", "pipe"])
def test_mass_files_tell_the_virtual_account(write: Any) -> None:
    moves = [Move(45067, title="ŻÓŁĆ", name="ŁUCJA ŚWIĄTEK", target=TARGET)]
    (booking,) = one(write(moves)).statements[0].bookings
    assert (booking.target, booking.amount, booking.name, booking.title) == (TARGET, 45067, "ŁUCJA ŚWIĄTEK", "ŻÓŁĆ")


def test_the_id_of_a_mass_payment_is_found_in_each_banks_words() -> None:
    assert one(banks.isor([Move(100, mass_id="000154")])).statements[0].bookings[0].mass_id == "000154"
    assert one(banks.pko([Move(100, mass_id="00001234")])).statements[0].bookings[0].mass_id == "00001234"
    assert one(banks.pko([Move(100, target=TARGET)])).statements[0].bookings[0].target == TARGET
    collected = one(banks.mbank([Move(100, mass_id="000000001234", ref="1.1")]))
    assert collected.statements[0].bookings[0].mass_id == "000000001234"


def test_a_split_payment_keeps_its_title() -> None:
    title = "/VAT/23,00/IDC/5260250995/INV/FV 12/2026/TXT/CZYNSZ LOK 7"
    assert one(banks.pko([Move(100, title=title)])).statements[0].bookings[0].title == title


def test_a_full_line_joins_and_a_cut_one_gets_its_space_back() -> None:
    padded = details(["020~00X", "~20ZAPLATA ZA CZYNSZ ZA       ", "~21LIPIEC"])
    assert padded.title == "ZAPLATA ZA CZYNSZ ZA LIPIEC"
    full = details(["020<00X<20ZAPLATA ZA OPAKOWANIA DO KI<21NESKOPÓW"])
    assert full.title == "ZAPLATA ZA OPAKOWANIA DO KINESKOPÓW"
    cut = details(["020~00X~20ZAPLATA ZA CZYNSZ ZA~21LIPIEC~22\u02d9"])
    assert cut.title == "ZAPLATA ZA CZYNSZ ZA LIPIEC"


def test_pekao_continues_title_and_name_elsewhere() -> None:
    found = details(["020^00X^20A^26B^27C^32JAN^62NOWAK^38PL27114020040000300201355387"])
    assert (found.title, found.name) == ("A B C", "JAN NOWAK")


def test_labels_of_swift_are_read() -> None:
    found = details(["/NAME/JAN NOWAK/ACC/27114020040000300201355387/REMI/CZYNSZ 11/2026"])
    assert (found.name, found.payer, found.title) == ("JAN NOWAK", "27114020040000300201355387", "CZYNSZ 11/2026")


@pytest.mark.parametrize(
    ("line", "amount", "reversal"),
    [
        (":61:2611101110CN450,67NTRFNONREF", 45067, False),
        (":61:261110C450,NTRFNONREF", 45000, False),
        (":61:2611101110CR000000000000450,67N230NONREF", 45067, False),
        (":61:2611101110DN450,67NCHGNONREF//X", -45067, False),
        (":61:2611101110RCN450,67NTRFNONREF", -45067, True),
        (":61:2611101110RDN450,67NTRFNONREF", 45067, True),
    ],
)
def test_sides_currencies_and_reversals_are_told_apart(line: str, amount: int, reversal: bool) -> None:
    text = f":20:X\n:25:{banks.MAIN}\n:28C:01/2026/M\n:60F:C261109PLN0,\n{line}\n:62F:C261110PLN0,\n-"
    (booking,) = one(text.encode()).statements[0].bookings
    assert (booking.amount, booking.reversal) == (amount, reversal)


@pytest.mark.parametrize("account", ["/PL{0}", "PL{0}", "13201234/PL{0}", "{0}", "PL 37 1020 1026 0000 0000 0000 1111"])
def test_an_account_is_26_digits_however_it_is_written(account: str) -> None:
    content = banks.pko([PAID]).replace(b"/PL" + banks.MAIN.encode(), account.format(banks.MAIN).encode())
    assert one(content).statements[0].account == banks.MAIN


def test_a_day_of_entry_belongs_to_the_year_nearest_to_the_value_date() -> None:
    entries = ":61:2612310102C1,NTRFX\n:61:2701021231C1,NTRFX\n"
    text = f":20:X\n:25:{banks.MAIN}\n:60F:C261231PLN0,\n{entries}:62F:C270102PLN2,\n-"
    first, second = one(text.encode()).statements[0].bookings
    assert (first.booked_on, second.booked_on) == (date(2027, 1, 2), date(2026, 12, 31))


def test_one_reference_for_two_bookings_is_two_ids() -> None:
    twice = banks.pko([Move(100, ref="BR1", title="OPŁATA"), Move(100, ref="BR1", title="OPŁATA")])
    first, second = one(twice).statements[0].bookings
    assert first.refs != second.refs


def test_transactions_of_one_entry_are_bookings_of_their_own() -> None:
    moves = [Move(100, title="A", target=TARGET), Move(200, title="B")]
    statement = one(banks.camt(moves, batch=True)).statements[0]
    assert [(b.amount, b.title, b.target) for b in statement.bookings] == [(100, "A", TARGET), (200, "B", None)]
    assert statement.balanced


def test_what_a_bank_has_not_booked_yet_is_left_for_later() -> None:
    pending = banks.camt([PAID]).replace(b"<Sts>BOOK</Sts>", b"<Sts>PDNG</Sts>")
    assert one(pending).statements[0].bookings == []


@pytest.mark.parametrize("encoding", ["cp1250", "iso8859_2", "cp852", "utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_is_told_from_the_letters(encoding: str) -> None:
    text = "ŹRÓDŁO I ŚMIECI, łąka, gęś, ŻÓŁĆ\n" * 3
    assert decoded(text.encode(encoding))[0].lstrip("\ufeff") == text


def test_a_person_may_say_the_encoding() -> None:
    assert decoded("Łąka".encode("cp852"), "cp852") == ("Łąka", "CP852")
    with pytest.raises(Unreadable):
        decoded("Łąka".encode("cp852"), "utf-8")


BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">%s]><Document><BkToCstmrStmt>&j;</BkToCstmrStmt>
</Document>""" % b"".join(b'<!ENTITY %c "%s">' % (98 + at, b"&%c;" % (97 + at) * 10) for at in range(9))
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    b"<Document><BkToCstmrStmt>&a;</BkToCstmrStmt></Document>"
)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b" \r\n", "empty"),
        (b"nr;lokal\n1;L1\n", "unknown"),
        (b"<?xml version='1.0'?><faktura/>", "unknown"),
        (bytes(6000), "not-text"),
        (BOMB, "xml-declares"),
        (OUTSIDE, "xml-declares"),
        (banks.camt([PAID])[:-40], "xml"),
        (banks.camt([PAID]).replace(b"<Ntry>", b"<a>" * 100 + b"</a>" * 100 + b"<Ntry>"), "xml-shape"),
        (banks.camt([PAID]).replace(b"450.67", b"450,678"), "amount"),
        (banks.pko([PAID]).replace(b":61:261110", b":61:261310"), "date"),
        (banks.pko([PAID]).replace(b":60F:C", b":60F:X"), "balance"),
        (banks.pko([PAID]).replace(b"CN450,67", b"CN45o,67"), "entry"),
        (banks.mass([PAID], count=1), "trailer"),
        (banks.mass([PAID], total=-1), "trailer"),
        (banks.mass([PAID])[30:], "unknown"),
        (banks.elixir([PAID]) + b"333,20261110,1\r\n", "row"),
        (banks.elixir([PAID]).replace(b"20261110", b"20261131"), "date"),
        (banks.elixir([PAID]).replace(b"45067", b"450.67"), "amount"),
        (banks.pipe([PAID]) + b"2|10112026|x\r\n", "row"),
    ],
)
def test_what_is_broken_is_refused_whole(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_what_somebody_says_that_a_file_is_must_be_so() -> None:
    assert refusal(banks.pko([PAID]), "elixir") == "not-said"
    assert refusal(b"<?xml version='1.0'?><faktura/>", "camt") == "camt-empty"
    assert one(banks.elixir([PAID]), "mass").form == "elixir"


def test_a_mass_file_without_its_trailer_is_read_with_a_warning() -> None:
    content = banks.mass([PAID]).splitlines(keepends=True)[0]
    assert [code for code, _params in one(content).notes] == ["no-trailer"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 234,56", 123456), ("1\u00a0234,5", 123450), ("1234.56", 123456), ("000000003655,00", 365500),
     ("3675,", 367500), ("\u22120,01", -1), ("+1400.00", 140000), ("1.234,56", 123456)],
)  # fmt: skip
def test_amounts_in_every_notation_are_whole_grosze(text: str, value: int) -> None:
    assert grosze(text) == value


@pytest.mark.parametrize("text", ["", "1,234", "1.2.3", "٣٤", "1e5", "--1", "1,23,4", "NaN"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        grosze(text)


def packed(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_the_child_reads_an_archive_and_knows_a_bank_file_when_it_sees_one(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", {"1.sta": banks.pko([PAID]), "2.xml": banks.camt([PAID])})
    assert [content.form for content in opened(path, name="a.zip")] == ["mt940", "camt"]
    assert is_bank_file(path, "a.zip")
    books = packed(tmp_path / "b.zip", {"lokale.csv": b"kod;budynek\nL1;B1\n"})
    assert not is_bank_file(books, "b.zip")


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"big.sta": b"0" * (33 * 1024 * 1024)}, "too-large"),
        ({f"{at}.sta": b"x" for at in range(301)}, "too-many"),
        ({"a.sta": b":20:X", "czytaj.txt": b"nic"}, "unknown"),
        ({"a.sta": banks.pko([PAID]), "b.sta": banks.pko([PAID]).replace(b"CN450", b"CNx")}, "entry"),
    ],
)
def test_a_hostile_or_broken_archive_is_refused(tmp_path: Path, members: dict[str, bytes], code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        opened(packed(tmp_path / "a.zip", members), name="a.zip")
    assert caught.value.code == code


def test_an_archive_in_an_archive_is_refused(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.sta", banks.pko([PAID]))
    with pytest.raises(Unreadable) as caught:
        opened(packed(tmp_path / "a.zip", {"in.zip": inner.getvalue()}), name="a.zip")
    assert caught.value.code == "nested"
