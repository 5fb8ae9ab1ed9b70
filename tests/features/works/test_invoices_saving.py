"""Invoices, receipts and notes: who adds and sees them, what is asked, what becomes of them, what they sum up to."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Refused
from app.works.invoices import ksef, queries, rules
from tests.features.works.guests import upload

HELD = re.compile(r'name="held"[^>]* value="([^"]*)"')
GOOD = {
    "kind": "invoice", "seller": "Hurtownia Łąka sp. z o.o.", "nip": "526-104-08-28", "number": "FV/11/2026",
    "issued_on": "2026-11-02", "net": "1 000,00", "vat": "230", "gross": "1230,00", "due_on": "2026-11-16",
    "account": "38 9999 0000 0000 1234 0001 0012", "category": "materials", "contract": "Umowa 3/2026",
}  # fmt: skip
XML = """<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2023/06/29/12648/">
 <Podmiot1><DaneIdentyfikacyjne><NIP>5261040828</NIP><Nazwa>Beton i Stal S.A.</Nazwa></DaneIdentyfikacyjne></Podmiot1>
 <Fa><KodWaluty>PLN</KodWaluty><P_1>2026-11-03</P_1><P_2>KS/77</P_2><P_13_1>100.50</P_13_1><P_14_1>23.12</P_14_1>
 <P_13_2>10</P_13_2><P_14_2>0.80</P_14_2><P_15>134.42</P_15>
 <Platnosc><TerminPlatnosci><Termin>2026-11-17</Termin></TerminPlatnosci>
 <RachunekBankowy><NrRB>38999900000000123400010012</NrRB></RachunekBankowy></Platnosc></Fa>
</Faktura>"""


def add(site: Any, who: str = "wojtek", **values: Any) -> Any:
    path = f"{site.url}/files/invoices/new"
    return site.sent(who, path, **{**GOOD, **values})


def saved(site: Any, who: str = "wojtek", **values: Any) -> str:
    answer = add(site, who, **values)
    assert answer.status_code == 303, answer.text.split("<main")[1][:3000]
    return str(answer.headers["Location"].rsplit("/", 1)[1])


def rows(site: Any) -> list[Any]:
    return list(site.sql("SELECT kind, nip, number, net, vat, gross, account, state FROM works_invoices ORDER BY id"))


def test_an_invoice_is_filed_with_its_sums_in_grosze(site: Any) -> None:
    saved(site, files=upload("faktura.pdf"))
    assert rows(site)[0][:6] == ("invoice", "5261040828", "FV/11/2026", 100000, 23000, 123000)
    ((folder, kind, amount),) = site.sql("SELECT folder, kind, amount FROM works_documents")
    assert (folder, kind, amount) == ("invoices", "invoice", 123000)


def test_its_author_the_owner_and_those_with_the_right_see_it_and_nobody_else(site: Any) -> None:
    invoice = saved(site, files=upload("faktura.pdf"))
    page = f"{site.url}/files/invoices/{invoice}"
    file = re.search(rf'{re.escape(page)}/([\w-]{{22}})"', site.enter("wojtek").get(page).text)[1]  # type: ignore[index]
    for login, status in (("wojtek", 200), ("olga", 200), ("irena", 200), ("wanda", 404), ("kasia", 404), ("obcy", 404),
                          ("O1", 404)):  # fmt: skip
        browser = site.enter(login)
        assert browser.get(page).status_code == status, login
        assert browser.get(f"{page}/{file}").status_code == status, login
        listed = browser.get(f"{site.url}/files/invoices")
        assert ("FV/11/2026" in listed.text) == (status == 200), login
        for deed in ("checked", "accepted", "paid"):
            if login not in ("olga",):
                assert browser.post(f"{page}/{deed}", {"version": "1"}, "/settings").status_code == 404, (login, deed)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("nip", "5261040829"), ("nip", "123"), ("nip", "x" * 10_000), ("gross", "12,345"), ("gross", "-1"),
        ("gross", "1e9"), ("gross", "١٢"), ("gross", "9" * 20), ("gross", "NaN"), ("net", "1_000"),
        ("account", "38 9999 0000 0000 1234 0001 0013"), ("account", "1" * 26),
        ("seller", ""), ("seller", "x" * 10_000),
        ("number", ""), ("issued_on", ""), ("issued_on", "31.02.2026"), ("issued_on", "2099-01-01"),
        ("due_on", "2026-10-01"), ("kind", "bribe"), ("category", "nothing"),
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_refused_at_its_field_and_the_form_stays(site: Any, field: str, typed: str) -> None:
    answer = add(site, files=upload("faktura.pdf"), **{field: typed})
    assert answer.status_code == 422
    assert 'class="error"' in answer.text or "notice-bad" in answer.text
    assert "Umowa 3/2026" in answer.text, "nothing of the form is lost"
    assert not rows(site)
    if field != "kind":
        assert "faktura.pdf" in answer.text, "nor the file"


def test_sums_that_do_not_add_up_are_a_question_and_the_file_is_kept_meanwhile(site: Any) -> None:
    answer = add(site, gross="1240,00", files=upload("faktura.pdf"))
    assert answer.status_code == 422 and "Czy tak jest na dokumencie" in answer.text
    held = HELD.search(answer.text)[1]  # type: ignore[index]
    saved(site, gross="1240,00", confirm="y", held=held)
    assert rows(site)[0][5] == 124000
    assert site.sql("SELECT name FROM works_files") == [("faktura.pdf",)]


def test_files_that_somebody_else_holds_are_not_given_out(site: Any) -> None:
    answer = add(site, gross="1240,00", files=upload("tajne.pdf"))
    held = HELD.search(answer.text)[1]  # type: ignore[index]
    saved(site, "wanda", held=held)
    assert site.sql("SELECT name FROM works_files") == []


def test_the_same_number_of_the_same_seller_is_a_question(site: Any) -> None:
    saved(site)
    again = add(site, "wanda", seller="HURTOWNIA łąka", number="fv 11 2026")
    assert again.status_code == 422 and "jest już w teczce" in again.text
    saved(site, "wanda", confirm_same="y")
    assert len(rows(site)) == 2


def test_a_double_click_is_one_invoice(site: Any) -> None:
    assert saved(site, form_key="k1") == saved(site, form_key="k1")
    assert len(rows(site)) == 1


def test_an_exe_in_disguise_is_refused_with_a_sentence_and_nothing_is_lost(site: Any) -> None:
    answer = add(site, files=upload("faktura.pdf", b"MZ\x90\x00\x03" + b"\0" * 200))
    assert answer.status_code == 422
    assert "Pliku „faktura.pdf” nie przyjmujemy" in answer.text and "FV/11/2026" in answer.text
    assert not rows(site)


def test_an_electronic_invoice_fills_what_was_not_typed(site: Any) -> None:
    bare = dict.fromkeys(("seller", "nip", "number", "issued_on", "net", "vat", "gross", "due_on", "account"), "")
    saved(site, files=upload("ksef.xml", XML.encode()), **bare)
    assert rows(site)[0][:6] == ("invoice", "5261040828", "KS/77", 11050, 2392, 13442)


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><Faktura>&a;</Faktura>',
        b'<?xml version="1.0"?><Faktura>', b"", XML.encode("utf-16"), XML.replace("134.42", "1e9").encode(),
        XML.replace("PLN", "EUR").encode(), b"<a>" * 5000,
    ],
)  # fmt: skip
def test_xml_that_lies_fills_nothing_and_never_breaks(content: bytes) -> None:
    assert "gross" not in ksef.fields(content)


def test_an_invoice_goes_its_way_and_each_step_needs_the_newest_state(site: Any) -> None:
    invoice = saved(site)
    page = f"{site.url}/files/invoices/{invoice}"
    assert site.sent("olga", f"{page}/checked", page, version="1").status_code == 303
    assert site.sent("olga", f"{page}/accepted", page, version="1").status_code == 409, "somebody was faster"
    assert site.sent("olga", f"{page}/refused", page, version="2").status_code == 422, "a refusal has a reason"
    assert site.sent("olga", f"{page}/accepted", page, version="2").status_code == 303
    assert site.sent("olga", f"{page}/paid", page, version="3").status_code == 303
    assert rows(site)[0][-1] == "paid"
    assert "zapłacona" in site.enter("wojtek").get(page).text
    assert site.sent("olga", f"{page}/refused", page, version="4", reason="za późno").status_code == 409


def test_what_is_to_be_paid_stands_on_the_first_page_of_who_may_see_it(site: Any) -> None:
    saved(site)
    assert "FV/11/2026" in site.enter("olga").get(site.url).text.split('id="documents"')[0]
    assert "FV/11/2026" not in site.enter("wanda").get(site.url).text


def test_planned_and_spent_by_category(site: Any) -> None:
    first, second = saved(site), saved(site, number="FV/12", category="works", gross="10,05", net="", vat="")
    for invoice in (first, second):
        page = f"{site.url}/files/invoices/{invoice}"
        site.sent("olga", f"{page}/accepted", page, version="1")
    plan = f"{site.url}/files/invoices/plan"
    assert site.sent("olga", plan, materials="2000", works="").status_code == 303
    assert site.sent("olga", plan, materials="dużo").status_code == 422
    ((site_id,),) = site.sql("SELECT id FROM works_sites WHERE public_id = :s", s=site.id)
    found = {one.category: (one.planned, one.spent) for one in site.do(lambda: queries.spent(site_id))}
    assert found["materials"] == (200000, 123000) and found["works"] == (0, 1005)
    assert site.enter("wojtek").get(plan).status_code == 404


def test_tables_are_taken_away_by_who_may_see_them(site: Any) -> None:
    saved(site, seller="=HYPERLINK(1)")
    csv = site.enter("olga").get(f"{site.url}/files/invoices/table.csv")
    assert "'=HYPERLINK(1)" in csv.data.decode("utf-8-sig") and "1230,00" in csv.data.decode("utf-8-sig")
    assert site.enter("olga").get(f"{site.url}/files/invoices/table.xlsx").data[:2] == b"PK"
    assert "HYPERLINK" not in site.enter("wanda").get(f"{site.url}/files/invoices/table.csv").text
    assert site.enter("olga").get(f"{site.url}/files/invoices/table.exe").status_code == 404
    for query in ("?month=9999-99", "?state=%27", "?seller=" + "x" * 9000, "?page=-1", "?page=99999999999"):
        assert site.enter("olga").get(f"{site.url}/files/invoices{query}").status_code == 200, query


@given(whole=st.integers(0, 9_999_999_999), rest=st.integers(0, 99))
def test_a_sum_is_read_to_the_grosz(whole: int, rest: int) -> None:
    assert rules.parsed_amount(f"{whole},{rest:02d} zł", "gross") == whole * 100 + rest
    assert rules.parsed_amount(f"{whole}", "gross") == whole * 100


@given(st.text(max_size=30))
def test_no_text_makes_a_wrong_sum(typed: str) -> None:
    try:
        found = rules.parsed_amount(typed, "gross")
    except Refused:
        return
    assert found is None or found >= 0
