"""Conversations between a resident and the office, in a browser and by mail, from the question to the end of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.factories import documents
from tests.journeys.conftest import Product
from tests.journeys.looking import letters, shown, until
from tests.journeys.test_s0 import fill, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]


def ask(page: Any, subject: str, body: str, *files: Path) -> str:
    """Write to the office; returns the path of the conversation as the resident has it."""
    fill(page, subject=subject, body=body)
    page.locator("[name=files]").set_input_files(list(files))
    press(page, "Wyślij")
    page.goto("/".join(page.url.split("/")[:3]) + "/messages/history")
    page.locator("main").get_by_role("link", name=subject).first.click()
    page.wait_for_load_state()
    return "/" + str(page.url).split("/", 3)[3].partition("?")[0]


def answer(page: Any, body: str, label: str = "Odpowiedz") -> None:
    form = page.locator("main form", has=page.locator("textarea[name=body]"))
    form.locator("textarea[name=body]").fill(body)
    form.get_by_role("button", name=label, exact=True).click()
    page.wait_for_load_state()


def by_mail(product: Product, mail: EmailMessage, body: str, key: str) -> str:
    """An answer to a letter as a mail program writes it, handed over as a mail server does; what became of it."""
    reply = EmailMessage()
    reply["From"], reply["To"] = "Celina Wąs <celina@gaj.example>", str(mail["Reply-To"])
    reply["Subject"], reply["Message-ID"] = f"Re: {mail['Subject']}", f"<{key}@gaj.example>"
    reply["In-Reply-To"] = str(mail["Message-ID"])
    reply.set_content(f"{body}\n\nW dniu 21.11.2026 o 18:20, Biuro pisze:\n> W portalu czeka wiadomość.\n")
    (outcome,) = product.flask("mail", "receive", "--json", stdin=reply.as_string())
    return str(outcome["result"])


def test_s0_01_a_question_is_answered_and_the_answer_to_that_comes_by_mail(
    visit: Visit, product: Product, gaj: str, tmp_path: Path
) -> None:
    photograph = tmp_path / "zaciek.jpg"
    photograph.write_bytes(documents.picture())
    celina = visit(gaj, "CELINA", path="/messages", java_script_enabled=False)
    path = ask(celina, "Zaciek na suficie", "Pojawił się po deszczu.", photograph)
    assert "odpowiemy do" in shown(celina), "a promise with its day"
    until(celina, lambda: celina.locator(".talk-files img").count())

    hanna = visit(gaj, "hanna", path="/admin/messages", java_script_enabled=False)
    hanna.locator("main").get_by_role("link", name="Zaciek na suficie").first.click()
    hanna.wait_for_load_state()
    hanna.locator("summary").filter(has_text="Dodaj notatkę dla biura").click()
    fill(hanna, note="Dekarz bywa u nas we wtorki.")
    press(hanna, "Dodaj notatkę")
    answer(hanna, "Dekarz przyjdzie we wtorek.")

    mail = letters(product, "celina@gaj.example", "Re: Zaciek na suficie")[-1]
    assert "wtorek" not in str(mail.get_body(("plain",)).get_content()), "an inbox may be shared"  # type: ignore[union-attr]
    celina.goto(product.site(gaj, path))
    assert "Dekarz przyjdzie we wtorek." in shown(celina) and "bywa u nas" not in shown(celina)

    assert by_mail(product, mail, "Czy może być po 16?", "celina-1") == "taken"
    until(hanna, lambda: "Czy może być po 16?" in shown(hanna))
    assert "Dekarz bywa u nas" in shown(hanna)
    assert "W portalu czeka wiadomość" not in hanna.locator(".talk .letter-text:visible").last.inner_text()
    celina.reload()
    assert "Czy może być po 16?" in shown(celina) and "bywa u nas" not in shown(celina)

    answer(hanna, "Tak, po 16.", "Odpowiedz i zakończ")
    celina.reload()
    assert "zakończona" in shown(celina)
    fill(celina, body="Nikt nie przyszedł.")
    press(celina, "Wyślij")
    hanna.reload()
    assert "otwarta ponownie" in shown(hanna), "a question does not vanish because somebody closed it"


def test_c15_a_ready_answer_is_filled_in_and_a_stranger_is_not_believed(
    visit: Visit, product: Product, gaj: str
) -> None:
    celina = visit(gaj, "CELINA", path="/messages")
    path = ask(celina, "Klucz do piwnicy", "Zgubiłam klucz.")
    hanna = visit(gaj, "hanna", path="/admin/messages/templates/new")
    fill(hanna, name="Klucze", body="Klucze do lokalu {lokal} wydajemy w biurze.")
    press(hanna, "Zapisz")
    hanna.goto(product.site(gaj, "/admin/messages?q=piwnicy"))
    hanna.locator("main").get_by_role("link", name="Klucz do piwnicy").first.click()
    hanna.wait_for_load_state()
    hanna.locator("select[name=template]").select_option(label="Klucze")
    press(hanna, "Wstaw")
    filled = hanna.locator("textarea[name=body]").input_value()
    assert filled.startswith("Klucze do lokalu") and "{lokal}" not in filled, filled
    answer(hanna, filled)

    mail = letters(product, "celina@gaj.example", "Re: Klucz do piwnicy")[0]
    stranger = EmailMessage()
    stranger["From"], stranger["To"] = "ktos@inny.example", str(mail["Reply-To"])
    stranger["Subject"], stranger["Message-ID"] = "Re: Klucz", "<obcy-1@inny.example>"
    stranger.set_content("Proszę wydać klucz mojemu koledze.")
    product.flask("mail", "receive", stdin=stranger.as_string())
    until(hanna, lambda: "koledze" in shown(hanna))
    assert "nie wiadomo, od kogo" in shown(hanna)
    celina.goto(product.site(gaj, path))
    assert "koledze" not in shown(celina)
    press(hanna, "Odrzuć list")
    assert "koledze" not in shown(hanna)


def test_s0_01_the_office_writes_first_and_the_resident_answers(visit: Visit, product: Product, gaj: str) -> None:
    hanna = visit(gaj, "hanna", path="/admin/messages/new?login=LUCJA", java_script_enabled=False)
    if hanna.locator("main [name=login]").count():
        fill(hanna, login="LUCJA")
    fill(hanna, subject="Odczyt licznika", body="Proszę podać stan.")
    hanna.locator("main form", has=hanna.locator("[name=body]")).locator("button[type=submit]").first.click()
    hanna.wait_for_load_state()
    assert letters(product, "lucja@gaj.example", "Odczyt licznika")
    lucja = visit(gaj, "LUCJA", path="/messages/history", java_script_enabled=False)
    lucja.locator("main").get_by_role("link", name="Odczyt licznika").first.click()
    lucja.wait_for_load_state()
    fill(lucja, body="Stan: 123,456.")
    press(lucja, "Wyślij")
    until(hanna, lambda: re.search(r"Stan: 123,456", shown(hanna)))
