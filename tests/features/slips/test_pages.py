"""The slip on the screen and on paper, as residents get it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import text

from app.core import work
from tenants.context import bind
from tenants.db import db
from tests.features.accounts.conftest import Browser
from tests.features.slips.conftest import DUE, NIP, NRB, OFFICE_NRB
from tests.pages import inspect
from tests.paper import page_words

Payer = Callable[[str], Browser]
NAME = "SM Słoneczna"


def scanned(pdf: bytes) -> list[str]:
    """What the codes say on the only page, printed at 200 dots an inch."""
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == 1, "the slip is one sheet"
    picture = document[0].render(scale=200 / 72).to_pil()
    found = zxingcpp.read_barcodes(picture)
    for code in found:
        width = (code.position.top_right.x - code.position.top_left.x) / 200 * 25.4
        assert width >= 25, "a code is large enough for a phone"
    return sorted(code.text for code in found)


def test_the_page_shows_everything_that_a_payment_needs(payer: Payer) -> None:
    page = inspect(payer("anna").get("/payments/slip"))
    for said in ("Spółdzielnia Mieszkaniowa „Słoneczna”", "38 9999 0000 0000 1234 0001 0012", "1\u00a0248,21\u00a0zł",
                 "Opłaty za lokal L1", f'data-copy="{NRB}"', 'data-copy="1248,21"', 'value="Anna Żółć"',
                 'value="Polna 5/3, 67-200 Głogów"'):  # fmt: skip
        assert said in page, said
    assert page.count('<svg viewBox="0 0') >= 2 and "Blankiet" in page


def test_both_codes_are_read_from_the_printed_page(payer: Payer) -> None:
    answer = payer("anna").get("/payments/slip.pdf?unit=L1&amount=1048,21")
    assert answer.mimetype == "application/pdf" and answer.data.startswith(b"%PDF-")
    tail = f"{NAME}|Opłaty za lokal L1|||"
    assert scanned(answer.data) == [f"{NIP}|PL|{NRB}|000000|{tail}", f"{NIP}|PL|{NRB}|104821|{tail}"]
    words = page_words(answer.data)[0]
    for said in ("tysiącczterdzieściosiemzł21/100", "AnnaŻółć,Polna5/3", "1048,21-----", NRB[2:], "nazwaodbiorcy",
                 "pokwitowaniedlazleceniodawcy", "kwotasłownie"):  # fmt: skip
        assert said in words, said


def test_without_an_amount_the_slip_is_for_the_balance(payer: Payer) -> None:
    assert f"{NIP}|PL|{NRB}|124821|{NAME}|Opłaty za lokal L1|||" in scanned(
        payer("anna").get("/payments/slip.pdf").data
    )


def test_the_current_charge_is_the_next_that_falls_due_and_says_its_month(payer: Payer) -> None:
    anna = payer("anna")
    page = inspect(anna.get("/payments/slip?what=charge"))
    month = re.search(r"Opłaty za lokal L1 za (\d\d/\d{4})", page)
    assert month and 'data-copy="1048,21"' in page and f"{DUE:%d.%m.%Y}" in page
    assert any(
        "|104821|" in code and month[0] in code for code in scanned(anna.get("/payments/slip.pdf?what=charge").data)
    )


def test_ten_thousand_and_more_is_not_cut_in_the_code(payer: Payer) -> None:
    codes = scanned(payer("anna").get("/payments/slip.pdf?amount=1234567,89").data)
    assert [code.split("|")[3] for code in codes] == ["000000", "123456789"]


def test_who_has_paid_too_much_is_told_so_and_may_pay_any_amount(payer: Payer) -> None:
    zofia = payer("zofia")
    page = inspect(zofia.get("/payments/slip?what=balance"))
    assert "nic do zapłaty" in page and "dowolną kwotę" in page and 'data-copy="61109010140000071219812874"' in page
    codes = scanned(zofia.get("/payments/slip.pdf?what=balance").data)
    assert codes == [f"{NIP}|PL|{OFFICE_NRB}|000000|{NAME}|Opłaty za lokal L2|||"], "the office's account, open amount"


@pytest.mark.parametrize("typed", ["abc", "0", "-5", "1,234", "9" * 4_000, "'; DROP TABLE x"])
def test_an_amount_that_is_none_is_refused_in_words(payer: Payer, typed: str) -> None:
    anna = payer("anna")
    page = anna.get("/payments/slip", query_string={"what": "own", "amount": typed})
    assert page.status_code == 422 and 'id="amount-error"' in inspect(page)
    assert anna.get("/payments/slip.pdf", query_string={"amount": typed}).status_code == 422


def test_an_unknown_choice_is_read_as_none(payer: Payer) -> None:
    assert 'data-copy="1248,21"' in inspect(payer("anna").get("/payments/slip?what=everything"))


def test_the_sender_writes_the_own_data_for_this_slip_only(payer: Payer, app: Any, tenant: Any) -> None:
    anna = payer("anna")
    data = {
        "what": "own",
        "amount": "50,00",
        "sender_name": "Jan Nowak",
        "sender_address": "Leśna 9",
        "how": "transfer",
    }
    answer = anna.post("/payments/slip.pdf?unit=L1", data, form="/payments/slip")
    words = page_words(answer.data)[0]
    assert "JanNowak,Leśna9" in words and "Żółć" not in words and "nrrachunkuzleceniodawcy" in words
    assert "Jan Nowak" not in anna.get("/payments/slip").text


def test_a_very_long_name_flows_on_one_page_and_is_never_cut(payer: Payer) -> None:
    name = "Brzęczyszczykiewiczówna-Konstantynopolitańczykowianeczka Zakład Usługowo-Handlowe Łękołodzka Koniec"
    data = {"what": "balance", "sender_name": name, "sender_address": "W" * 160, "how": "cash"}
    answer = payer("anna").post("/payments/slip.pdf", data, form="/payments/slip")
    assert answer.mimetype == "application/pdf" and len(scanned(answer.data)) == 2
    words = page_words(answer.data)[0].replace("?", "")  # where an endless word may be broken
    assert words.count("ŁękołodzkaKoniec") == 3 and words.count("W" * 160) == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [("sender_name", ""), ("sender_name", "x" * 10_000), ("sender_address", "a\x1bb"), ("how", "gold")],
)
def test_a_senders_data_that_cannot_be_printed_are_refused_at_their_field(payer: Payer, field: str, value: str) -> None:
    data = {"what": "balance", "sender_name": "Anna", "sender_address": "", "how": "cash", field: value}
    answer = payer("anna").post("/payments/slip.pdf", data, form="/payments/slip")
    page = inspect(answer)
    assert answer.status_code == 422 and (f'id="{field}-error"' in page or f'href="#{field}"' in page)


def test_without_any_account_number_the_page_says_whom_to_ask(payer: Payer, app: Any, tenant: Any) -> None:
    zofia = payer("zofia")
    with app.app_context(), bind(tenant):
        db.session.execute(text("UPDATE office_profile SET bank_account = NULL"))
        work.commit()
    from app.office.queries import forget

    forget(tenant.id)
    assert "nie podał jeszcze numeru rachunku" in inspect(zofia.get("/payments/slip"))
    assert zofia.get("/payments/slip.pdf").status_code == 422


def test_a_neighbours_unit_has_no_slip(payer: Payer) -> None:
    anna = payer("anna")
    assert anna.get("/payments/slip?unit=L2").status_code == 404
    assert anna.get("/payments/slip.pdf?unit=L2&amount=5").status_code == 404
