"""Documents and the contact page in a browser: who finds what, and what is gone for everybody when it is taken back."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typst

from tests.journeys.conftest import Product
from tests.journeys.looking import letters, shown, text_of, until
from tests.journeys.test_s0 import fill, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]
HOME = "/admin/documents"


def pdf(path: Path, words: str) -> Path:
    """A PDF as programs of today make it: with letters of every language, and text that can be found."""
    path.with_suffix(".typ").write_text(words)
    path.write_bytes(typst.compile(str(path.with_suffix(".typ"))))
    return path


def add(page: Any, title: str, file: Path, access: str, **choices: str) -> None:
    """A draft, read and published."""
    page.goto("/".join(page.url.split("/")[:3]) + HOME + "/new")
    page.locator("[name=files]").set_input_files(file)
    fill(page, title=title)
    for name, label in choices.items():
        page.locator(f"[name={name}]").select_option(label=label)
    page.locator(f"[name=access][value={access}]").check()
    press(page, "Zapisz szkic")
    publish(page)


def publish(page: Any) -> None:
    until(page, lambda: page.locator("main").get_by_role("button", name="Opublikuj", exact=True).count())
    press(page, "Opublikuj")
    until(page, lambda: "Opublikowano" in page.locator("#state-title + p + *, #live").last.inner_text())


def test_s3_16_a_public_document_is_found_by_its_words_kept_in_versions_and_gone_when_withdrawn(
    visit: Visit, product: Product, gaj: str, tmp_path: Path
) -> None:
    admin = visit(gaj, "admin", path=f"{HOME}/folders", java_script_enabled=False)
    admin.locator("#name").fill("Uchwały")
    press(admin, "Dodaj teczkę")
    add(
        admin, "Uchwała nr 7", pdf(tmp_path / "u7.pdf", "Żółte ławki staną przy śmietniku."), "public",
        folder="Uchwały", category="Uchwała",
    )  # fmt: skip
    anybody = visit(gaj, path="/public/documents", java_script_enabled=False)
    anybody.get_by_role("link", name="Uchwały").first.click()
    anybody.wait_for_load_state()
    anybody.get_by_role("link", name="Uchwała nr 7", exact=True).click()
    anybody.wait_for_load_state()
    assert anybody.locator("h1").inner_text() == "Uchwała nr 7"
    public = anybody.url
    for asked in ("zolte lawki", "ŻÓŁTYMI ŁAWKAMI", "śmietnik"):
        anybody.goto(product.site(gaj, "/public/documents/search?q=") + asked)
        assert "Uchwała nr 7" in shown(anybody), asked

    admin.locator("summary").filter(has_text="Dodaj nową wersję").click()
    admin.locator("[name=files]").set_input_files(pdf(tmp_path / "u7b.pdf", "Ławki będą zielone."))
    fill(admin, version_note="inny kolor")
    press(admin, "Dodaj wersję")
    publish(admin)
    lucja = visit(gaj, "LUCJA", path="/documents/search?q=zielone")
    lucja.get_by_role("link", name="Uchwała nr 7", exact=True).click()
    lucja.wait_for_load_state()
    assert "wersja 2" in shown(lucja) and "Wcześniejsze wersje" in shown(lucja)
    with lucja.expect_download() as taken:
        lucja.get_by_role("link", name=re.compile("^Pobierz")).first.click()
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF")
    resident, there = lucja.url, admin.url
    admin.goto(admin.url.rstrip("/") + "/fetches")
    assert re.search(r"Łucja.*pobranie", shown(admin), re.S)

    admin.goto(there)
    fill(admin, reason="pomyłka")
    press(admin, "Wycofaj dokument")
    assert anybody.goto(public).status == 404
    assert lucja.goto(resident).status == 404
    lucja.goto(product.site(gaj, "/documents/search?q=zielone"))
    assert "Uchwała nr 7" not in shown(lucja)


def test_s3_16_what_is_for_members_or_for_one_house_is_nobody_elses(
    visit: Visit, product: Product, gaj: str, tmp_path: Path
) -> None:
    admin = visit(gaj, "admin")
    file = pdf(tmp_path / "protokol.pdf", "Protokół z lustracji.")
    add(admin, "Dla członków", file, "members")
    admin.goto(product.site(gaj, f"{HOME}/new"))
    admin.locator("[name=files]").set_input_files(file)
    fill(admin, title="Dla Lipowej")
    admin.locator("[name=access][value=buildings]").check()
    choice = admin.locator(".doc-for-buildings [value=B2]")
    choice.check() if choice.get_attribute("type") == "checkbox" else admin.locator(
        ".doc-for-buildings select"
    ).select_option("B2")
    press(admin, "Zapisz szkic")
    publish(admin)
    seen = {}
    for login in ("LUCJA", "CELINA"):
        page = visit(gaj, login, path="/documents")
        seen[login] = [title for title in ("Dla członków", "Dla Lipowej") if title in shown(page)]
    assert seen == {"LUCJA": ["Dla członków"], "CELINA": ["Dla Lipowej"]}
    anybody = visit(gaj, path="/public/documents")
    assert "Dla członków" not in shown(anybody) and "Dla Lipowej" not in shown(anybody)


def test_s0_11_12_documents_told_once_a_day_are_not_told_at_once(
    visit: Visit, product: Product, gaj: str, tmp_path: Path
) -> None:
    lucja = visit(gaj, "LUCJA", path="/settings/notifications", java_script_enabled=False)
    lucja.get_by_role("link", name="Edytuj").click()
    group = lucja.get_by_role("group", name="Dokumenty i regulamin")
    group.get_by_label("Zbieraj w jedną wiadomość dziennie").check()
    press(lucja, "Zapisz")
    row = lucja.get_by_role("row").filter(has_text="Dokumenty i regulamin").inner_text()
    assert "raz dziennie" in row, row
    admin = visit(gaj, "admin")
    add(admin, "Plan remontów", pdf(tmp_path / "plan.pdf", "Plan na rok 2027."), "residents")
    assert letters(product, "celina@gaj.example", words="Plan remontów")
    told = [mail for mail in product.mails() if "lucja@gaj.example" in str(mail["To"])]
    assert not any("Plan remontów" in text_of(mail) for mail in told)


def test_s3_19_a_caretaker_of_one_house_is_named_to_that_house(visit: Visit, product: Product, gaj: str) -> None:
    admin = visit(gaj, "admin", path="/admin/configuration/contact/new?kind=person", java_script_enabled=False)
    fill(admin, name="Zenon Gospodarz", duty="klucze i śmietniki", phone="602 100 200")
    admin.locator("[name=buildings][value=B2], [name=buildings] [value=B2]").first.evaluate(
        "one => one.tagName == 'OPTION' ? (one.selected = true) : (one.checked = true)"
    )
    admin.locator("[name=open]").uncheck()
    press(admin, "Zapisz")
    assert "Zenon Gospodarz" in shown(admin)
    celina = visit(gaj, "CELINA", path="/contact")
    assert "Zenon Gospodarz" in until(celina, lambda: "Zenon" in shown(celina) and shown(celina))
    assert celina.locator("a[href^='tel:'][href$='602100200']").count()
    lucja = visit(gaj, "LUCJA", path="/contact")
    assert "Zenon" not in shown(lucja)
    anybody = visit(gaj, path="/contact")
    assert "Zenon" not in shown(anybody)
