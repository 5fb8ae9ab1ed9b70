"""Poczta of a building site in a browser and by real mail: letters, answers from outside, files, the address book."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from config.settings import DEMO_PASSWORD
from tests.factories import documents
from tests.journeys.conftest import Product
from tests.journeys.looking import fetched, letters, shown, text_of, until
from tests.journeys.test_s0 import fill, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]
PEOPLE = (
    ("poczta-inwestor", "Irena Inwestor", "owner"),
    ("poczta-biuro", "Sara Sekretarska", "secretariat"),
    ("poczta-kosztorys", "Kasia Kosztorysant", "estimator"),
    ("poczta-dekarz", "Wojtek Wykonawca", "contractor"),
)
OWNER, OFFICE, ESTIMATOR, ROOFER = (login for login, _name, _duty in PEOPLE)
_sites: dict[str, str] = {}


@pytest.fixture
def budowa(visit: Visit, product: Product, osada: str) -> str:
    """The path of a building site of `osada` with an owner, an office, an estimator and a contractor."""
    if osada in _sites:
        return _sites[osada]
    admin = visit(osada, "admin", path="/admin/works/new")
    fill(admin, name="Dach przy Lipowej")
    press(admin, "Załóż i dodaj uczestników")
    path = path_of(admin).removesuffix("/settings/members/new")
    for login, name, duty in PEOPLE:
        email = f"{login}@firma.example"
        words = ("--role", "collaborator", "--email", email, "--password-stdin")
        product.flask("accounts", "create", osada, login, *words, stdin=DEMO_PASSWORD)
        admin.goto(product.site(osada, f"{path}/settings/members/new"))
        fill(admin, login=login, name=name)
        admin.locator("main [name=duty]").select_option(duty)
        press(admin, "Dodaj i wyślij zaproszenie")
        assert name in shown(admin)
    _sites[osada] = path
    return path


def path_of(page: Any) -> str:
    return "/" + str(page.url).split("/", 3)[3].partition("#")[0]


def to(page: Any, *names: str) -> None:
    for name in names:
        page.locator("#to label", has_text=name).first.locator("input").check()


def by_mail(product: Product, letter: EmailMessage, sender: str, body: str, key: str, file: bytes | None = None) -> str:
    """An answer as a mail program writes it, handed over as a mail server does; what became of it."""
    reply = EmailMessage()
    reply["From"], reply["To"] = sender, str(letter["Reply-To"])
    reply["Subject"], reply["Message-ID"] = f"Re: {letter['Subject']}", f"<{key}@dekarz.example>"
    reply.set_content(f"{body}\n\nW dniu 21.11.2026 o 18:20, Biuro pisze:\n> {text_of(letter)[:60]}\n")
    if file:
        reply.add_attachment(file, maintype="application", subtype="pdf", filename="Oferta blacha.pdf")
    (outcome,) = product.flask("mail", "receive", "--json", stdin=reply.as_string())
    return str(outcome["result"])


def test_s2_11_who_may_reads_also_letters_between_others(visit: Visit, osada: str, budowa: str) -> None:
    office = visit(osada, OFFICE, path=f"{budowa}/mail/new", java_script_enabled=False)
    to(office, "Kasia Kosztorysant")
    fill(office, subject="Wycena kominów", body="Zapytanie z sekretariatu: ile za trzy kominy?")
    press(office, "Wyślij")
    assert "Zapytanie z sekretariatu" in shown(office)

    estimator = visit(osada, ESTIMATOR, path=budowa)
    estimator.locator(".works-bar").get_by_role("link", name="poczta").click()
    estimator.wait_for_load_state()
    assert "nowe" in shown(estimator)
    estimator.locator("main").get_by_role("link", name="Wycena kominów").click()
    estimator.wait_for_load_state()
    fill(estimator, body="Trzy kominy: 12 000 zł.")
    press(estimator, "Wyślij")

    owner = visit(osada, OWNER, path=f"{budowa}/mail")
    owner.locator("main [name=which]").select_option("others")
    owner.locator("main [name=q]").fill("kominom")
    press(owner, "Pokaż")
    owner.locator("main").get_by_role("link", name="Wycena kominów").click()
    owner.wait_for_load_state()
    assert "Zapytanie z sekretariatu" in shown(owner) and "12 000 zł" in shown(owner)
    roofer = visit(osada, ROOFER, path=f"{budowa}/mail")
    assert "Wycena kominów" not in shown(roofer)
    assert fetched(roofer, path_of(owner))[0] == 404


def test_s2_12_everybody_adds_contacts_and_the_authorised_read_them(
    visit: Visit, product: Product, osada: str, budowa: str
) -> None:
    roofer = visit(osada, ROOFER, path=f"{budowa}/mail/contacts/new", java_script_enabled=False)
    fill(roofer, name="Hurtownia Blach", trade="blachy", email="hurt@blachy.example", phone="601 000 111")
    press(roofer, "Zapisz")
    assert "Hurtownia Blach" in shown(roofer)
    office = visit(osada, OFFICE, path=f"{budowa}/mail/contacts?q=hurtownia")
    assert "601 000 111" in shown(office) and "Wojtek Wykonawca" in shown(office)
    estimator = visit(osada, ESTIMATOR, path=f"{budowa}/mail/contacts")
    assert "Hurtownia" not in shown(estimator)
    office.goto(product.site(osada, f"{budowa}/mail/new"))
    office.locator("main summary", has_text="Z bazy adresowej").click()
    to(office, "Hurtownia Blach")
    fill(office, subject="Blacha na dach", body="Proszę o cennik.")
    press(office, "Wyślij")
    assert letters(product, "hurt@blachy.example", "Blacha na dach")


def test_s2_13_17_a_letter_goes_out_and_the_answer_with_an_offer_is_in_its_thread_and_in_the_files(
    visit: Visit, product: Product, osada: str, budowa: str, tmp_path: Path
) -> None:
    drawing = tmp_path / "Projekt obróbek.pdf"
    drawing.write_bytes(documents.pdf("Obróbki"))
    office = visit(osada, OFFICE, path=f"{budowa}/mail/new")
    to(office, "Irena Inwestor")
    fill(office, outside="Jan Dekarz <jan@dekarz.example>", subject="Oferta na dach", body="Prosimy o ofertę.")
    office.locator("main [name=files1]").set_input_files([drawing])
    press(office, "Wyślij")
    thread = path_of(office)
    letter = letters(product, "jan@dekarz.example", "Oferta na dach")[-1]
    assert "Sara Sekretarska" in str(letter["From"]) and "Prosimy o ofertę." in text_of(letter)
    assert [part.get_filename() for part in letter.iter_attachments()] == ["Projekt obróbek.pdf"]
    until(office, lambda: "przyjęty przez serwer" in str(office.locator("main").text_content()))

    offer = documents.pdf("Oferta: 40 000 zł")
    assert by_mail(product, letter, "Jan Dekarz <jan@dekarz.example>", "Oferta w pliku.", "s213", offer) == "taken"
    assert by_mail(product, letter, "Jan Dekarz <jan@dekarz.example>", "Oferta w pliku.", "s213", offer) == "double"
    owner = visit(osada, OWNER, path=thread)
    assert "Oferta w pliku." in shown(owner) and "Oferta blacha.pdf" in shown(owner)
    notice = letters(product, f"{OFFICE}@firma.example", "Oferta na dach")[-1]
    assert "Oferta w pliku." in text_of(notice)
    assert by_mail(product, notice, f"Sara <{OFFICE}@firma.example>", "Dziękujemy.", "s213b") == "taken"
    assert letters(product, "jan@dekarz.example", "Re: Oferta na dach")

    link = owner.locator(".talk a", has_text="Oferty i kosztorysy").first
    assert "w plikach" in link.inner_text()
    link.click()
    owner.wait_for_load_state()
    assert "/files/" in owner.url and "Oferta blacha" in shown(owner)
    document = owner.url
    owner.locator("main").get_by_role("link", name="Przyszło z wiadomością").click()
    owner.wait_for_load_state()
    assert "Oferta w pliku." in shown(owner)
    owner.goto(product.site(osada, f"{budowa}/files/folders/offers"))
    found = owner.goto(document)
    assert found.status == 200
    stranger = visit(osada, ROOFER, path=budowa)
    assert "Oferta blacha" not in shown(stranger)


def test_s2_13_somebody_unknown_waits_until_the_owner_looks(
    visit: Visit, product: Product, osada: str, budowa: str
) -> None:
    office = visit(osada, OFFICE, path=f"{budowa}/mail/new", java_script_enabled=False)
    fill(office, outside="ktos@znany.example", subject="Rusztowanie", body="Kiedy?")
    press(office, "Wyślij")
    letter = letters(product, "ktos@znany.example", "Rusztowanie")[-1]
    assert by_mail(product, letter, "Inny <inny@obcy.example>", "To ja, inny adres.", "s213c") == "unverified"
    office.reload()
    assert "inny adres" not in shown(office)
    owner = visit(osada, OWNER, path=f"{budowa}/mail?which=held")
    owner.locator("main").get_by_role("link", name="Rusztowanie").click()
    owner.wait_for_load_state()
    assert "niezweryfikowany" in shown(owner)
    press(owner, "Wpuść do wątku")
    office.reload()
    assert "To ja, inny adres." in shown(office)


def test_s2_13_what_is_being_written_outlives_the_session(
    visit: Visit, product: Product, osada: str, budowa: str
) -> None:
    page = visit(osada, ESTIMATOR, path=f"{budowa}/mail/new")
    to(page, "Irena Inwestor")
    fill(page, subject="Długi list", body="Pisane przez godzinę.")
    page.context.clear_cookies()
    press(page, "Wyślij")
    page.goto(product.site(osada, "/login"))
    fill(page, login=ESTIMATOR, password=DEMO_PASSWORD)
    press(page, "Zaloguj się")
    page.goto(product.site(osada, f"{budowa}/mail/new"))
    assert page.locator("main [name=body]").input_value() == "Pisane przez godzinę."
    assert "którego jeszcze nie wysłano" in shown(page)
    to(page, "Irena Inwestor")
    press(page, "Wyślij")
    assert "Wiadomość została wysłana" in shown(page)
    page.goto(product.site(osada, f"{budowa}/mail/new"))
    assert page.locator("main [name=body]").input_value() == ""


def test_s2_15_data_of_the_site_are_edited_and_go_with_a_letter(
    visit: Visit, product: Product, osada: str, budowa: str
) -> None:
    owner = visit(osada, OWNER, path=f"{budowa}/data/edit", java_script_enabled=False)
    fill(owner, invoice_name="SM „Osada”", invoice_nip="526-025-02-74", street="Lipowa 4", city="Głogów")
    fill(owner, directions="Wjazd od Polnej.")
    press(owner, "Zapisz")
    owner.goto(product.site(osada, f"{budowa}/data"))
    owner.locator("main").get_by_role("link", name="Napisz wiadomość z tymi danymi").click()
    owner.wait_for_load_state()
    assert owner.locator("main [name=cards]:checked").count() == 3
    to(owner, "Wojtek Wykonawca")
    fill(owner, outside="faktury@dekarz.example", subject="Dane do faktury", body="W załączeniu.")
    press(owner, "Wyślij")
    roofer = visit(osada, ROOFER, path=path_of(owner))
    assert "5260250274" in shown(roofer) and "Wjazd od Polnej." in shown(roofer)
    letter = letters(product, "faktury@dekarz.example", "Dane do faktury")[-1]
    assert "5260250274" in text_of(letter)
    card = next(part for part in letter.iter_attachments() if part.get_filename() == "budowa.vcf")
    assert "BEGIN:VCARD" in card.get_content().decode() if isinstance(card.get_content(), bytes) else card.get_content()
