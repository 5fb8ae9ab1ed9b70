"""Mailouts in a browser and over SMTP: what each person gets, what is stopped before it goes, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import local, now
from tests.journeys.conftest import Product
from tests.journeys.looking import letters, paper, posted, shown, text_of, until
from tests.journeys.test_s0 import fill, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]
NEW = "/admin/mailouts/new"
RULES = "/admin/configuration/mailouts"
REMEMBERED = 3_500  # milliseconds after which every process has asked for the manager's settings again
DSN = """From: MAILER-DAEMON@mx.gaj.example
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Message-ID: <{key}@mx.gaj.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

This is the mail system. I'm sorry to have to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.gaj.example

Final-Recipient: rfc822; wiktor@gaj.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such mailbox

--b--
"""


def write(page: Any, subject: str, body: str, units: str, **values: str) -> None:
    """Fill in the form for these units and go on to the look at it before it is sent."""
    page.locator("[name=audience][value=places]").check()
    page.locator("summary").filter(has_text="Wybierz osiedla").click()
    fill(page, subject=subject, body=body, units=units, **values)
    press(page, "Dalej: podgląd")
    assert "Nic jeszcze nie wyszło" in shown(page), shown(page)


def send(page: Any, label: str = "Wyślij do") -> str:
    """Press the last button; returns the path of the mailout."""
    page.locator("main form button[value=send]").filter(has_text=label).click()
    page.wait_for_url(re.compile(r"/admin/mailouts/[\w-]{22}$"))
    return "/" + str(page.url).split("/", 3)[3]


def settled(page: Any) -> None:
    until(page, lambda: "Wysyłka zakończona" in shown(page))


def choose_rules(page: Any, product: Product, **values: object) -> None:
    page.goto(product.site("gaj", RULES))
    fill(page, **{name: str(value) for name, value in values.items()})
    press(page, "Zapisz")
    page.wait_for_timeout(REMEMBERED)
    page.goto(product.site("gaj", NEW))


def test_c12_each_gets_words_of_their_own_and_nobody_a_gap(visit: Visit, product: Product, gaj: str) -> None:
    admin = visit(gaj, "admin", path=NEW, java_script_enabled=False)
    write(admin, "Saldo dla Państwa", "Dzień dobry {imię},\n\nsaldo lokalu {lokal}: {saldo}.", "L1 L2")
    assert "1 osobie brakuje danych" in shown(admin) and "Świt" in shown(admin)
    admin.locator("main form button[value=send]").click()
    admin.wait_for_load_state()
    assert "Nic jeszcze nie wyszło" in shown(admin), "a letter to nobody in particular never goes"
    admin.get_by_role("link", name="Wróć i popraw").click()
    admin.locator("[name=skip_missing]").check()
    press(admin, "Dalej: podgląd")
    assert "Te osoby pominiemy." in shown(admin)
    seen = admin.locator("article.letter").inner_text()
    if "Łucja" not in seen:
        admin.get_by_role("link", name="Następna osoba").click()
        seen = admin.locator("article.letter").inner_text()
    assert "Dzień dobry Łucja" in seen and re.search(r"Kościuszki 5/1: .*246,86", seen), seen
    press(admin, "Wyślij próbę do siebie")
    trial = letters(product, "biuro@gaj.example", "[Próba] Saldo dla Państwa")[0]
    assert "Dzień dobry Łucja" in text_of(trial)
    send(admin)
    mine = letters(product, "lucja@gaj.example", "Saldo dla Państwa")
    assert len(mine) == 1 and "Dzień dobry Łucja" in text_of(mine[0]), text_of(mine[0])
    settled(admin)
    row = admin.get_by_role("row").filter(has_text="Świt")
    assert "pominięta" in row.inner_text()


def test_c12_one_click_declines_and_the_office_sees_it(visit: Visit, product: Product, gaj: str) -> None:
    admin = visit(gaj, "admin", path=NEW)
    write(admin, "Festyn na Lipowej", "Zapraszamy w sobotę.", "L5")
    send(admin)
    mail = letters(product, "roman@gaj.example", "Festyn na Lipowej")[0]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.search(r"<http://gaj\.localhost:\d+(/unsubscribe/[^>]+)>", str(mail["List-Unsubscribe"]))
    assert link, mail["List-Unsubscribe"]
    assert posted(product, gaj, link[1], b"List-Unsubscribe=One-Click") == 200
    admin.goto(product.site(gaj, NEW))
    write(admin, "Drugi festyn", "Zapraszamy znowu.", "L5")
    assert "Nie chcą wysyłek" in shown(admin)
    send(admin)
    settled(admin)
    assert "pominięta" in admin.get_by_role("row").filter(has_text="Roman").inner_text()
    assert not [mail for mail in product.mails() if mail["Subject"] == "Drugi festyn"]


def test_c12_a_mailout_waits_for_a_second_pair_of_eyes(visit: Visit, product: Product, gaj: str) -> None:
    admin = visit(gaj, "admin")
    choose_rules(admin, product, second_over=1)
    try:
        hanna = visit(gaj, "hanna", path=NEW)
        write(hanna, "Zmiana opłat", "Od stycznia.", "L1 L3")
        path = send(hanna, "Przekaż do zatwierdzenia")
        assert "czeka na zatwierdzenie" in shown(hanna)
        assert hanna.get_by_role("button", name="Zatwierdź i wyślij").count() == 0
        assert not [mail for mail in product.mails() if mail["Subject"] == "Zmiana opłat"]
        admin.goto(product.site(gaj, path))
        press(admin, "Zatwierdź i wyślij")
        for address in ("lucja@gaj.example", "celina@gaj.example"):
            assert len(letters(product, address, "Zmiana opłat")) == 1
        settled(admin)
    finally:
        choose_rules(admin, product, second_over=0)


def test_c12_what_waits_is_stopped_and_goes_on_or_ends(visit: Visit, product: Product, gaj: str) -> None:
    admin = visit(gaj, "admin")
    hour = local(now()).hour
    choose_rules(admin, product, mail_from=hour, mail_until=(hour + 3) % 24)
    try:
        paths = []
        for subject in ("Jednak wyjdzie", "Jednak nie wyjdzie"):
            admin.goto(product.site(gaj, NEW))
            write(admin, subject, "Treść.", "L3")
            assert "Cisza: e-mail" in shown(admin)
            paths.append(send(admin))
            until(admin, lambda: admin.get_by_role("button", name="Wstrzymaj", exact=True).count())
            press(admin, "Wstrzymaj")
            assert "Wysyłka wstrzymana" in shown(admin)
    finally:
        choose_rules(admin, product, mail_from=0, mail_until=0)
    press_there(admin, product, paths[1], "Przerwij na dobre")
    assert "Wysyłka przerwana" in shown(admin)
    press_there(admin, product, paths[0], "Wyślij resztę")
    assert len(letters(product, "celina@gaj.example", "Jednak wyjdzie")) == 1
    assert not letters_now(product, "Jednak nie wyjdzie")


def press_there(page: Any, product: Product, path: str, label: str) -> None:
    page.goto(product.site("gaj", path))
    press(page, label)


def letters_now(product: Product, subject: str) -> list[Any]:
    return [mail for mail in product.mails() if mail["Subject"] == subject]


def test_c12_one_for_a_later_time_waits_and_can_still_be_called_off(visit: Visit, product: Product, gaj: str) -> None:
    tomorrow = local(now() + timedelta(days=1))
    admin = visit(gaj, "admin", path=NEW, java_script_enabled=False)
    write(admin, "Na jutro", "Treść.", "L3", run_day=f"{tomorrow:%Y-%m-%d}", run_hour="09:30")
    path = send(admin, "Zaplanuj wysyłkę")
    assert "Wyślemy" in shown(admin) and "9:30" in shown(admin)
    press_there(admin, product, path, "Przerwij na dobre")
    assert "Wysyłka przerwana" in shown(admin)
    assert not letters_now(product, "Na jutro")


def test_c12_the_office_sees_why_a_letter_came_back_and_can_prove_it(visit: Visit, product: Product, gaj: str) -> None:
    admin = visit(gaj, "admin", path=NEW)
    write(admin, "Odczyt wodomierzy", "W poniedziałek.", "L4")
    send(admin)
    mail = letters(product, "wiktor@gaj.example", "Odczyt wodomierzy")[0]
    returns = str(mail["Return-Path"]).strip("<>")
    product.flask("mail", "receive", "--to", returns, "--from", "", stdin=DSN.format(to=returns, key="wiktor-1"))
    admin.goto(product.site(gaj, "/admin/deliveries?words=wiktor"))
    until(admin, lambda: "Odczyt wodomierzy" in shown(admin))
    admin.get_by_role("row").filter(has_text="Odczyt wodomierzy").get_by_role("link").first.click()
    admin.wait_for_load_state()
    story = shown(admin)
    assert "Na ten adres nic nie wysyłamy" in story and "no such mailbox" in story
    proof = paper(admin, "/" + admin.url.split("/", 3)[3] + "/proof.pdf")
    assert "wiktor@gaj.example" in proof and "no such mailbox" in proof, proof
    there = admin.url
    admin.goto(product.site(gaj, NEW))
    write(admin, "Odczyt po raz drugi", "We wtorek.", "L4")
    send(admin)
    settled(admin)
    assert not letters_now(product, "Odczyt po raz drugi")
    admin.goto(there)
    press(admin, "Przywróć adres")
    assert "Na ten adres nic nie wysyłamy" not in shown(admin)


def test_a_mailout_of_the_command_line_is_signed_in_words(visit: Visit, product: Product, gaj: str) -> None:
    sent = product.flask(
        "mailouts", "send", gaj, "--subject", "Z terminala", "--body-file", "-", "--audience", '{"units": ["L3"]}',
        "--wait", "--json", stdin="Treść.",
    )  # fmt: skip
    admin = visit(gaj, "admin", path=f"/admin/mailouts/{sent['mailout']}")
    who = admin.locator("dl.facts > div").filter(has_text="Kto").inner_text()
    assert "cli" not in who and "polecenie" in who, who
