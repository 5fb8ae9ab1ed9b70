"""Announcements in a browser, from the editor to who read them: what residents are told, and that it can be shown."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.clock import local, now
from tests.factories import documents
from tests.journeys.conftest import Product
from tests.journeys.looking import fetched, letters, paper, shown, text_of, until
from tests.journeys.test_s0 import fill, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]
HOME = "/admin/announcements"


def write(page: Any, title: str, body: str, **values: str) -> str:
    """Fill in the editor and keep the draft; returns its path."""
    fill(page, title=title, body=body, **values)
    press(page, "Zapisz szkic i sprawdź")
    assert "szkic" in page.locator("body").inner_text(), shown(page)
    return str(page.url.partition("localhost")[2].partition("/")[2]).join(["/", ""])


def publish(page: Any) -> None:
    until(page, lambda: "Czytamy treść plików" not in shown(page))
    press(page, "Opublikuj")
    assert "Ogłoszenie opublikowano." in page.locator("body").inner_text(), shown(page)


def withdraw(page: Any, product: Product, path: str) -> None:
    page.goto(product.site("gaj", path))
    page.locator("summary").filter(has_text="Wycofaj ogłoszenie").click()
    press(page, "Wycofaj")


def test_s3_17_one_house_is_told_with_a_picture_and_it_is_seen_who_read_and_confirmed(
    visit: Visit, product: Product, gaj: str, tmp_path: Path
) -> None:
    photograph, plan = tmp_path / "pion.jpg", tmp_path / "Plan robót.pdf"
    photograph.write_bytes(documents.picture())
    plan.write_bytes(documents.pdf("Plan"))
    admin = visit(gaj, "admin", path=f"{HOME}/new")
    admin.locator("[name=audience][value=places]").check()
    admin.locator("summary").filter(has_text="Wybierz osiedla").click()
    admin.locator("[name=buildings][value=B2]").check()
    admin.locator("#reach dl.counts").get_by_text("3", exact=True).first.wait_for()
    admin.locator("[name=pictures]").set_input_files(photograph)
    admin.locator("[name=files]").set_input_files(plan)
    admin.locator("[name=confirm]").check()
    admin.locator("summary").filter(has_text="Po angielsku").click()
    fill(admin, title_en="New water pipes", body_en="The water will be off on **Wednesday**.")
    path = write(admin, "Wymiana pionów", "W **środę** nie będzie wody.\n\n- od 8.00\n- do 12.00")
    assert "Lipowa 7" in shown(admin)
    publish(admin)

    celina = visit(gaj, "CELINA", path="/news")
    until(celina, lambda: "Wymiana pionów" in shown(celina))
    celina.get_by_role("link", name="Wymiana pionów").click()
    celina.wait_for_load_state()
    assert celina.locator("article strong").inner_text() == "środę"
    assert celina.evaluate("document.querySelector('img.news-picture').naturalWidth") > 0
    with celina.expect_download() as taken:
        celina.get_by_role("link", name="Plan robót.pdf").click()
    assert Path(taken.value.path()).read_bytes() == plan.read_bytes()
    press(celina, "Potwierdzam przeczytanie")
    news = celina.url
    celina.goto(news + "?lang=en")
    assert celina.locator("h1").inner_text() == "New water pipes"
    celina.goto(news + "?lang=pl")

    lucja = visit(gaj, "LUCJA", path="/news")
    assert "Wymiana pionów" not in shown(lucja), "the house next door is told nothing"
    assert lucja.goto(news).status == 404

    admin.goto(product.site(gaj, f"{path}/readers"))
    row = admin.get_by_role("row").filter(has_text="Celina Wąs").inner_text()
    assert len(re.findall(r"\d\d:\d\d", row)) == 2, row
    assert re.search(r"Potwierdziło\s+1\b", shown(admin))
    words = paper(admin, f"{path}/notice.pdf")
    assert "Wymiana pionów" in words and "nie będzie wody" in words
    assert letters(product, "celina@gaj.example", words="Wymiana pionów")
    told = [mail for mail in product.mails() if "lucja@gaj.example" in str(mail["To"])]
    assert not any("Wymiana pionów" in text_of(mail) for mail in told)


def test_c12_a_failure_stands_on_the_log_in_and_on_every_page_until_it_is_over(
    visit: Visit, product: Product, gaj: str
) -> None:
    tomorrow = local(now() + timedelta(days=1))
    admin = visit(gaj, "admin", path=f"{HOME}/new", java_script_enabled=False)
    admin.locator("[name=importance][value=failure]").check()
    path = write(
        admin, "Brak prądu na osiedlu", "Energetyka usuwa awarię.",
        ends_day=f"{tomorrow:%Y-%m-%d}", ends_hour="14:30",
    )  # fmt: skip
    publish(admin)
    anybody = visit(gaj, path="/login", java_script_enabled=False)
    banner = until(anybody, lambda: " ".join(anybody.locator(".failures").all_inner_texts()))
    assert "Brak prądu na osiedlu" in banner and "14:30" in banner
    lucja = visit(gaj, "LUCJA", path="/payments", java_script_enabled=False)
    until(lucja, lambda: "Brak prądu" in " ".join(lucja.locator(".failures").all_inner_texts()))
    withdraw(admin, product, path)
    until(lucja, lambda: not lucja.locator(".failures").count())
    until(anybody, lambda: not anybody.locator(".failures").count())


def test_c12_one_for_a_later_time_waits_in_sight_of_the_office_alone(visit: Visit, product: Product, gaj: str) -> None:
    tomorrow = local(now() + timedelta(days=1))
    admin = visit(gaj, "admin", path=f"{HOME}/new", java_script_enabled=False)
    path = write(admin, "Przegląd gazu", "Prosimy o udostępnienie mieszkań.")
    admin.locator("[name=when][value=later]").check()
    fill(admin, publish_day=f"{tomorrow:%Y-%m-%d}", publish_hour="08:00")
    press(admin, "Opublikuj")
    assert "zaplanowane" in shown(admin)
    lucja = visit(gaj, "LUCJA", path="/news")
    assert "Przegląd gazu" not in shown(lucja)
    admin.goto(product.site(gaj, path))
    press(admin, "Nie publikuj, wróć do szkicu")
    assert "szkic" in shown(admin)


def test_a_pesel_is_pointed_out_and_published_only_on_a_persons_word(visit: Visit, product: Product, gaj: str) -> None:
    admin = visit(gaj, "admin", path=f"{HOME}/new", java_script_enabled=False)
    path = write(admin, "Lista obecności", "Na zebraniu był pan z numerem PESEL 44051401359.")
    press(admin, "Opublikuj")
    assert "44051401359" in admin.locator("#guard mark").inner_text()
    assert "szkic" in admin.locator(".chips").first.inner_text()
    admin.locator("[name=guard_confirmed]").check()
    fill(admin, guard_reason="numer z podręcznika, nikogo nie dotyczy")
    publish(admin)
    admin.goto(product.site(gaj, "/admin/guard"))
    assert "numer z podręcznika" in shown(admin), "the decision is kept"
    withdraw(admin, product, path)


def test_c13_who_has_no_address_gets_a_letter_on_paper(visit: Visit, product: Product, gaj: str) -> None:
    admin = visit(gaj, "admin", path=f"{HOME}/new")
    admin.locator("[name=tell][value=mailout]").check()
    admin.locator("[name=letters]").check()
    path = write(
        admin, "Zebranie w marcu", "Spotykamy się **w świetlicy**.\n\n| Godzina | Sprawa |\n|---|---|\n| 17.00 | Plan |"
    )
    publish(admin)
    mail = letters(product, "lucja@gaj.example", "Zebranie w marcu")[0]
    assert "w świetlicy" in text_of(mail)
    admin.goto(product.site(gaj, path))
    admin.get_by_role("link", name="Zobacz wysyłkę").click()
    until(admin, lambda: admin.get_by_role("button", name="Przygotuj listy").count())
    press(admin, "Przygotuj listy")
    link = until(admin, lambda: admin.get_by_role("link", name="Pobierz część 1").count()) and admin.get_by_role(
        "link", name="Pobierz część 1"
    ).get_attribute("href")
    assert "Świt sp. z o.o." in paper(admin, link)
    status, _kind, _body = fetched(admin, link)
    assert status == 200
    press(admin, "Wydrukowane i nadane")
    until(admin, lambda: "nadane" in shown(admin))
