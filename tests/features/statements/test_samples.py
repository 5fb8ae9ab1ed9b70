"""Genuine files of banks, where they are at hand beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.statements.reading.bookings import Content
from app.statements.reading.opening import opened

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "formats" / "samples"
#: name → format, encoding, statements, bookings, whether each balances
HELD = {
    "mbank_collect_mt940.sta": ("mt940", "UTF-8", 1, 3, {True}),
    "mbank_collect_mt942.sta": ("mt942", "UTF-8", 1, 3, {None}),
    "mbank_collect_with_newline_in_tnr.sta": ("mt940", "UTF-8", 1, 2, {False}),
    "mbank_companynet_multiple_accounts.iso-8859-2.sta": ("mt940", "ISO-8859-2", 8, 56, {True}),
    "mbank_companynet_iph_24tx.anonymised.iso-8859-2.sta": ("mt940", "ISO-8859-2", 1, 24, {None}),
    "bph_multicash_sta.mojibake-utf8.sta": ("mt940", "CP852", 1, 4, {True}),
    "bph_multicash_sta.restored-cp852.sta": ("mt940", "CP852", 1, 4, {True}),
    "pekao_eur_foreign_transfer.sta": ("mt940", "UTF-8", 1, 1, {True}),
    "elixir0_statement_pko_style.cp1250.txt": ("elixir", "CP1250", 1, 2, {None}),
    "mass_collection_elixir_with_999_trailer.iso-8859-2.txt": ("mass", "UTF-8", 1, 1, {None}),
    "mass_collection_pipe.cp1250.txt": ("pipe", "CP1250", 1, 2, {None}),
}


def sample(name: str) -> Content:
    if not (SAMPLES / name).is_file():
        pytest.skip(f"no sample {name}")
    (content,) = opened(SAMPLES / name, name=name)
    return content


@pytest.mark.parametrize("name", sorted(HELD))
def test_a_banks_own_file_is_read_whole(name: str) -> None:
    found = sample(name)
    bookings = [booking for statement in found.statements for booking in statement.bookings]
    balanced = {statement.balanced for statement in found.statements}
    assert (found.form, found.encoding, len(found.statements), len(bookings), balanced) == HELD[name]


def test_every_sample_that_is_there_is_read() -> None:
    if not SAMPLES.is_dir():
        pytest.skip("no samples")
    assert {path.name for path in SAMPLES.iterdir()} - {"MANIFEST.md"} == set(HELD)


def test_text_that_went_through_the_wrong_code_page_is_the_same_as_what_the_bank_wrote() -> None:
    spoilt, whole = sample("bph_multicash_sta.mojibake-utf8.sta"), sample("bph_multicash_sta.restored-cp852.sta")
    assert [s.bookings for s in spoilt.statements] == [s.bookings for s in whole.statements]
    assert spoilt.statements[0].bookings[0].name == "OPAKOWANIA SP. Z O.O UL. ROMAŃSKA 24 80-253 GDAŃSK"
    assert spoilt.statements[0].bookings[0].payer == "21109011020000999999874157"


def test_the_closed_day_and_the_running_day_tell_the_same_bookings() -> None:
    closed, running = sample("mbank_collect_mt940.sta"), sample("mbank_collect_mt942.sta")
    assert closed.statements[0].bookings == running.statements[0].bookings
    assert [b.mass_id for b in closed.statements[0].bookings] == ["000000000001", "000000000002", "000000000003"]


def test_an_id_that_a_line_end_splits_is_whole() -> None:
    found = sample("mbank_collect_with_newline_in_tnr.sta").statements[0].bookings
    assert found[0].refs == ("tnr:179301073837502.000001",)
    assert found[0].title == "_FAKTURA VAT NR FVD-0000/02/2017 A AAAAA AAAAAA UL. AAAAAAAAAAA 220/22"


def test_a_credit_in_euros_is_no_reversal() -> None:
    (booking,) = sample("pekao_eur_foreign_transfer.sta").statements[0].bookings
    assert (booking.amount, booking.currency, booking.reversal) == (365500, "EUR", False)
    assert booking.payer == "37124000010000008211978100" and booking.title.endswith("71F 20,EUR")
