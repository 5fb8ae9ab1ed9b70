"""Potwierdzenie salda: figures on paper, a code that anybody can check, and nothing for who only guesses."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pypdfium2
import zxingcpp

from app.core import throttle, work
from app.core.clock import today
from app.core.money import NBSP
from app.finances.commands.confirming import TRY_LIMIT, forget_old
from app.finances.confirmations import part_of
from tenants.context import bind
from tests.features.finances.books import House, entry
from tests.features.finances.test_proof import words
from tests.features.imports.doing import query
from tests.pages import inspect
from tests.paper import page_words
from tests.town import token

PAGE, PAPERS = "/payments/proof", "/payments/proof/confirmations"
LEDGER = [
    entry(1, "charge", date(2025, 1, 1), "500.00"),
    entry(2, "charge", date(2025, 7, 1), "20.00", account="water"),
    entry(3, "payment", date(2026, 1, 5), credit="1600.00"),
]


def ask(browser: Any, day: str, unit: str = "L1") -> Any:
    form = browser.get(f"{PAGE}?unit={unit}").get_data(as_text=True)
    return browser.post(f"{PAPERS}?unit={unit}", data={"csrf_token": token(form), "day": day})


def code(house: House) -> str:
    found: str = query(house.app, house.tenant, "SELECT code FROM balance_confirmations ORDER BY id DESC")[0][0]
    return found


def check(browser: Any, typed: str) -> Any:
    form = browser.get("/verify").get_data(as_text=True)
    return browser.post("/verify", data={"csrf_token": token(form), "code": typed})


def printed(paper: bytes) -> str:
    """The words of the only page, without the signs that the reader of tests does not know, such as hard spaces."""
    (page,) = page_words(paper)
    return page.replace("?", "").replace(NBSP, "")


def said(browser: Any, typed: str) -> str:
    answer = check(browser, typed)
    assert answer.status_code == 200
    return words(inspect(answer))


def test_a_resident_takes_a_confirmation_and_a_stranger_checks_it(house: House, client: Any) -> None:
    house.publish(LEDGER)
    owner = house.enter()
    answer = ask(owner, today().isoformat())
    assert answer.status_code == 303
    paper = owner.get(answer.location)
    assert paper.mimetype == "application/pdf" and paper.data.startswith(b"%PDF-")
    page, plain = printed(paper.data), code(house)
    readable = f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"
    assert readable in page and "/verify" in page
    assert "1080,00zł" in page and "nadpłata" in page and "Woda" in page
    stranger = client(house.tenant.slug)
    page = said(stranger, f" {readable.lower()} ")
    assert "Potwierdzenie jest prawdziwe" in page and "1 080,00 zł nadpłata" in page and "•2" not in page
    assert "•1" in page and "L1" not in page and "Łucja" not in page and "Kościuszki" not in page


def test_the_day_chooses_what_counts(house: House, client: Any) -> None:
    later = entry(4, "charge", today() + timedelta(days=20), "1.00")
    house.publish([*LEDGER, later])
    owner, stranger = house.enter(), client(house.tenant.slug)
    for day, sum_ in (
        ("2024-12-31", "0,00 zł rozliczone"),
        ("2025-06-30", "500,00 zł zaległość"),
        ("05.01.2026", "1 080,00 zł nadpłata"),
    ):
        assert ask(owner, day).status_code == 303
        assert sum_ in said(stranger, code(house)), day
    assert ask(owner, today().isoformat()).status_code == 303
    assert "1 079,00 zł nadpłata" in said(stranger, code(house)), "today's is the balance of the balance page"


def test_a_confirmation_stays_true_when_the_books_change(house: House, client: Any) -> None:
    house.publish(LEDGER)
    owner = house.enter()
    first = ask(owner, "2026-06-30").location
    assert ask(owner, "2026-06-30").location == first, "a double click is one confirmation"
    old = code(house)
    house.publish(LEDGER[:2])
    second = ask(owner, "2026-06-30").location
    assert second != first
    stranger = client(house.tenant.slug)
    assert "1 080,00 zł nadpłata" in said(stranger, old) and "520,00 zł zaległość" in said(stranger, code(house))
    assert "1080,00zł" in printed(owner.get(first).data)
    assert "Pokaż 2 wydan" in inspect(owner.get(PAGE))


def test_days_that_cannot_be_confirmed(house: House) -> None:
    titles = [["L1", "P1", "owner", date(2025, 3, 1), None]]
    house.publish(LEDGER, occupancies=titles)
    owner = house.enter()
    tomorrow = (today() + timedelta(days=1)).isoformat()
    for wrong in ("", "abc", "2026-02-30", "2025-02-28", tomorrow, "9" * 10000, "0000-00-00"):
        answer = ask(owner, wrong)
        assert answer.status_code == 422, wrong
        assert "has-error" in inspect(answer), wrong
    assert query(house.app, house.tenant, "SELECT count(*) FROM balance_confirmations") == [(0,)]
    assert ask(owner, "2025-03-01").status_code == 303


def test_wrong_codes_of_every_kind_answer_alike(house: House, new_tenant: Any, client: Any, tmp_path: Any) -> None:
    house.publish(LEDGER)
    ask(house.enter(), "2026-06-30")
    real = code(house)
    other = House(house.app, new_tenant(), tmp_path)
    elsewhere = client(other.tenant.slug)
    stranger = client(house.tenant.slug)
    house.sql("UPDATE balance_confirmations SET issued_at = now() - interval '366 days'")
    pages = {
        re.sub(r'value="[^"]*"', "", inspect(answer)).replace(other.tenant.slug, house.tenant.slug)
        for answer in [
            *(check(stranger, typed) for typed in (real, real[:-1] + "A", "ABCD", "<b>", "ąść", "7" * 10000)),
            check(elsewhere, real),
        ]
    }
    pages = {re.sub(r"[A-Za-z0-9_-]{20,}", "", page) for page in pages}
    assert len(pages) == 1 and "Nie ma ważnego potwierdzenia" in pages.pop()
    assert check(stranger, "").status_code == 422
    assert check(stranger, real).status_code == 422


def test_guessing_is_slow(house: House, client: Any) -> None:
    house.publish(LEDGER)
    ask(house.enter(), "2026-06-30")
    real = code(house)
    stranger = client(house.tenant.slug)
    key = f"verify:{house.tenant.id}:127.0.0.1"
    with house.app.app_context():
        for _try in range(TRY_LIMIT - 1):
            throttle.count(key, 600)
    assert check(stranger, real).status_code == 200
    answer = check(stranger, real)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    assert "1 080,00" not in words(inspect(answer))


def test_the_picture_on_the_paper_leads_to_the_page_that_checks(house: House) -> None:
    house.publish(LEDGER)
    owner = house.enter()
    paper = owner.get(ask(owner, "2026-06-30").location).data
    with pypdfium2.PdfDocument(paper) as document:
        seen = zxingcpp.read_barcodes(document[0].render(scale=2).to_pil())
    assert [each.text for each in seen] == [f"http://{house.tenant.slug}.osiedle.test/verify"]


def test_codes_are_forgotten_when_they_count_no_more(house: House) -> None:
    house.publish(LEDGER)
    owner = house.enter()
    for day in ("2026-06-29", "2026-06-30"):
        ask(owner, day)
    house.sql("UPDATE balance_confirmations SET issued_at = now() - interval '366 days' WHERE on_day = '2026-06-29'")
    with house.app.app_context(), bind(house.tenant):
        assert forget_old(100) == 1
        work.commit()
    assert query(house.app, house.tenant, "SELECT on_day FROM balance_confirmations") == [(date(2026, 6, 30),)]


def test_a_confirmation_is_no_business_of_neighbours(house: House) -> None:
    house.publish(LEDGER)
    paper = ask(house.enter(), "2026-06-30").location
    neighbour = house.enter("P2", ("L2",))
    assert neighbour.get(paper).status_code == 404
    assert neighbour.get(paper.replace("unit=L1", "unit=L2")).status_code == 404
    assert neighbour.get(f"{PAPERS}/nothing.pdf?unit=L2").status_code == 404
    assert ask(neighbour, "2026-06-30", "L2").status_code == 303
    form = neighbour.get("/payments").get_data(as_text=True)
    foreign = neighbour.post(f"{PAPERS}?unit=L1", data={"csrf_token": token(form), "day": "2026-06-30"})
    assert foreign.status_code == 404


def test_who_buys_the_unit_gets_none_of_the_confirmations_of_before(house: House) -> None:
    house.publish(LEDGER)
    paper = ask(house.enter(), "2025-06-30").location
    titles = [["L1", "P2", "owner", date(2026, 1, 1), None]]
    house.publish(LEDGER, occupancies=titles)
    buyer = house.enter("P2", ("L1",))
    assert buyer.get(paper).status_code == 404
    assert "wydan" not in words(inspect(buyer.get(PAGE)))


def test_the_log_says_who_asked(house: House) -> None:
    house.publish(LEDGER)
    ask(house.enter(), "2026-06-30")
    found = query(
        house.app,
        house.tenant,
        "SELECT actor, subject, detail ->> 'day' FROM audit_entries WHERE action = 'balance.confirmed'",
    )
    assert found == [("P1", "L1", "2026-06-30")]


def test_of_a_units_code_a_stranger_sees_less_than_half() -> None:
    assert [part_of(each) for each in ("A", "L1", "L12", "SM-0001/12", "L000001")] == [
        "A",
        "•1",
        "••2",
        "•••••••/12",
        "••••001",
    ]


def test_very_long_names_and_many_accounts_still_make_a_page(house: House) -> None:
    accounts = ["rent", "water", "heat", "repairs", "interest"]
    rows = [entry(n, "charge", date(2026, 1, 1), "1.00", account=kind) for n, kind in enumerate(accounts)]
    person = ["P1", "Wolfeschlegelsteinhausen" * 4, ("Żółć-" * 20)[:-1], *[None] * 8]
    house.publish(rows, people=[person, ["P2", None, "Wąs", *[None] * 8]])
    owner = house.enter()
    paper = owner.get(ask(owner, today().isoformat()).location)
    assert paper.status_code == 200 and len(page_words(paper.data)) == 1


def test_no_day_is_confirmed_of_which_the_books_are_silent(house: House) -> None:
    house.publish([entry(1, "opening", date(2025, 1, 1), "5000.00")])
    owner = house.enter()
    for day in ("2024-12-31", "0001-01-01"):
        assert ask(owner, day).status_code == 422, day
    assert not query(house.app, house.tenant, "SELECT FROM balance_confirmations")
    assert ask(owner, "2025-01-01").status_code == 303
