"""Letters between members: who reads which, what is kept when refused, what is found, how attachments are filed."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest

from app.core.clock import today
from app.works import commands
from app.works.access import place
from tests.pages import inspect

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def to(site: Any, *logins: str) -> list[str]:
    rows = dict(site.sql("SELECT login, public_id FROM accounts"))
    return [f"a:{rows[login]}" for login in logins]


def write(site: Any, who: str, logins: tuple[str, ...] = (), **values: Any) -> Any:
    """A letter of somebody to these members; returns the answer of the server."""
    given = {"subject": "Zapytanie", "body": "Ile to będzie kosztowało?", **values}
    return site.sent(who, f"{site.url}/mail/new", to=to(site, *logins), **given)


def thread(site: Any, subject: str = "Zapytanie") -> str:
    ((found,),) = site.sql("SELECT public_id FROM works_threads WHERE subject = :subject", subject=subject)
    return f"{site.url}/mail/{found}"


def test_a_letter_is_read_by_its_people_and_by_who_reads_all(site: Any) -> None:
    assert write(site, "sara", ("kasia",)).status_code == 303
    address = thread(site)
    for login in ("sara", "kasia", "olga", "marek", "ewa", "hanna", "irena"):
        page = inspect(site.enter(login).get(address))
        assert "Ile to będzie kosztowało?" in page, login
        assert "Zapytanie" in site.enter(login).get(f"{site.url}/mail").text
    for login in ("wojtek", "wanda", "adam"):
        assert site.enter(login).get(address).status_code == 404, login
        shown = site.enter(login).get(f"{site.url}/mail?q=zapytanie").text
        assert "Ile to" not in shown and "Nie ma takich wiadomości" in shown
    for login in ("obcy", "gap", "O1"):
        assert site.enter(login).get(address).status_code == 404, login


def test_of_a_thread_one_sees_only_the_letters_that_are_ones_own(site: Any) -> None:
    write(site, "sara", ("kasia", "adam"))
    site.sent("kasia", thread(site), to=to(site, "sara"), body="Tylko dla sekretariatu: 40 000 zł.")
    assert "40 000" in site.enter("sara").get(thread(site)).text
    page = site.enter("adam").get(thread(site)).text
    assert "Ile to będzie" in page and "40 000" not in page
    assert "Nie ma takich" in site.enter("adam").get(f"{site.url}/mail?q=sekretariatu").text


def test_a_role_is_everybody_who_has_it(site: Any) -> None:
    site.sent("adam", f"{site.url}/mail/new", to=["d:contractor"], subject="Rysunki", body="Nowe rysunki.")
    for login in ("wojtek", "wanda"):
        assert "Nowe rysunki" in site.enter(login).get(thread(site, "Rysunki")).text
    assert site.enter("kasia").get(thread(site, "Rysunki")).status_code == 404


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"to": None}, "Wybierz, do kogo"),
        ({"subject": "  "}, "Podaj temat"),
        ({"body": ""}, "Napisz treść"),
        ({"body": "x" * 20_001}, "najwyżej"),
        ({"subject": "x" * 10_000}, "najwyżej"),
        ({"outside": "to nie adres"}, "to nie jest adres e-mail"),
        ({"due_on": "2020-01-01"}, "już minął"),
        ({"due_on": "jutro"}, "Podaj datę"),
        ({"cards": "nothing"}, "spośród podanych"),
        ({"files1": (BytesIO(b"MZ\x90\x00"), "faktura.exe")}, "nie przyjmujemy"),
        ({"files1": (BytesIO(PDF), "a.pdf"), "folder1": "protocols"}, "inną teczkę"),
        ({"files1": (BytesIO(PDF), "a.pdf"), "folder1": "x" * 22}, "Wybierz"),
    ],
)
def test_what_is_refused_stays_in_the_form(site: Any, values: dict[str, Any], sentence: str) -> None:
    given = {"to": to(site, "kasia"), "subject": "Temat pierwszy", "body": "Słowa, które szkoda stracić", **values}
    answer = site.sent("adam", f"{site.url}/mail/new", **given)
    assert answer.status_code == 422
    page = inspect(answer)
    assert sentence in page
    for name in ("subject", "body"):
        if name not in values:
            assert given[name] in page
    if "to" not in values:
        assert "checked" in page
    assert not site.sql("SELECT 1 FROM works_letters") and not site.sql("SELECT 1 FROM works_documents")


def test_strange_signs_break_nothing(site: Any) -> None:
    write(site, "adam", ("kasia",), subject="Te\0mat", body="a\0b", outside="")
    for path in ("?q=%00", "?person=%00", "?which=x", "?page=99999999999", "/new?to=%00", "/new?draft=%00", "/%00"):
        assert site.enter("adam").get(f"{site.url}/mail{path}").status_code in (200, 400, 404), path
    answer = site.sent("adam", f"{site.url}/mail/new", to=["a:x", "c:x"], subject="x", body="y")
    assert answer.status_code == 422
    answer = site.sent("adam", f"{site.url}/mail/new", to=["o:zły\tadres"], subject="x", body="y")
    assert answer.status_code == 422


def test_a_double_click_is_one_letter(site: Any) -> None:
    browser, path = site.enter("adam"), f"{site.url}/mail/new"
    page = browser.get(path).text
    key = re.search(r'name="form_key"[^>]* value="([^"]+)"', page)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert key and token
    data = {"form_key": key[1], "csrf_token": token[1], "to": to(site, "kasia"), "subject": "Raz", "body": "Raz."}
    for _time in range(2):
        assert browser.client.post(path, data=data, base_url=browser.base_url).status_code == 303
    assert site.sql("SELECT count(*) FROM works_letters") == [(1,)]


def test_unread_is_everybodys_own(site: Any) -> None:
    write(site, "sara", ("kasia", "adam"))
    assert "nowe" in site.enter("kasia").get(f"{site.url}/mail").text
    assert "is-new" not in site.enter("sara").get(f"{site.url}/mail").text
    site.enter("kasia").get(thread(site))
    assert "is-new" not in site.enter("kasia").get(f"{site.url}/mail").text
    assert "is-new" in site.enter("adam").get(f"{site.url}/mail").text
    site.sent("sara", thread(site), to=to(site, "kasia"), body="I jeszcze jedno.")
    assert "is-new" in site.enter("kasia").get(f"{site.url}/mail").text


def test_letters_are_found_by_words_in_any_case_and_narrowed(site: Any) -> None:
    write(site, "sara", ("kasia",), subject="Uchwała o wełnie", body="Grubość ocieplenia 20 cm.")
    write(site, "adam", ("wojtek",), subject="Okna", body="Żaluzje?", due_on=today().isoformat())

    def listed(who: str, query: str) -> str:
        return str(site.enter(who).get(f"{site.url}/mail?{query}").text)

    for query in ("q=welny", "q=WEŁNĄ", "q=ociepleniem", "q=kosztorysant", "which=others", "q=sekretarska"):
        page = listed("olga", query)
        assert "Uchwała o wełnie" in page, query
    assert "Uchwała" not in listed("olga", "q=żaluzja") and "Okna" in listed("olga", "q=żaluzja")
    assert "Okna" in listed("olga", "due=1") and "Uchwała" not in listed("olga", "due=1")
    assert "Uchwała" not in listed("olga", "files=1")
    assert "Uchwała" not in listed("olga", "which=mine") and "Okna" in listed("adam", "which=sent")
    person = to(site, "wojtek")[0][2:]
    assert "Okna" in listed("olga", f"person={person}") and "Uchwała" not in listed("olga", f"person={person}")
    assert "między innymi osobami" not in listed("adam", "which=others"), "not offered to who reads only their own"


def test_an_attachment_is_filed_once_and_found_either_way(site: Any) -> None:
    answer = write(
        site, "wojtek", ("olga",), subject="Oferta", files1=(BytesIO(PDF), "Oferta dach.pdf"),
        files2=(BytesIO(PDF + b"%2\n%%EOF\n"), "pismo.pdf"), folder2="contracts",
    )  # fmt: skip
    assert answer.status_code == 303
    rows = site.sql("SELECT folder, title, public_id FROM works_documents ORDER BY id")
    assert [row[:2] for row in rows] == [("offers", "Oferta dach"), ("contracts", "pismo")]
    assert site.sql("SELECT count(*) FROM works_files") == [(2,)]
    page = site.enter("olga").get(thread(site, "Oferta")).text
    assert f"{site.url}/files/{rows[0][2]}" in page and "Oferty i kosztorysy" in page
    file = re.search(rf"{site.url}/mail/attachments/([\w-]+)\"", page)
    assert file
    got = site.enter("olga").get(f"{site.url}/mail/attachments/{file[1]}")
    assert got.status_code == 200 and got.get_data() == PDF
    document = site.enter("olga").get(f"{site.url}/files/{rows[0][2]}")
    assert document.status_code == 200 and "Przyszło z wiadomością „Oferta”" in document.text
    assert thread(site, "Oferta") in document.text
    # a competitor sees neither the letter, nor its file, nor the document, nor its name in the history
    for path in (f"mail/attachments/{file[1]}", f"mail/attachments/{file[1]}/picture", f"files/{rows[0][2]}"):
        for login in ("wanda", "obcy", "O1"):
            assert site.enter(login).get(f"{site.url}/{path}").status_code == 404, (login, path)
    for path in ("", "/files", "/history", "/mail"):
        assert "Oferta dach" not in site.enter("wanda").get(f"{site.url}{path}").text, path
    assert "Oferta dach" in site.enter("olga").get(site.url).text


def test_who_got_an_invoice_by_letter_opens_it_there(site: Any) -> None:
    write(site, "wojtek", ("kasia",), subject="Faktura", files1=(BytesIO(PDF), "Faktura 7.pdf"))
    assert site.sql("SELECT folder, kind FROM works_documents") == [("invoices", "invoice")]
    page = site.enter("kasia").get(thread(site, "Faktura")).text
    file = re.search(rf"{site.url}/mail/attachments/([\w-]+)\"", page)
    assert file and site.enter("kasia").get(f"{site.url}/mail/attachments/{file[1]}").status_code == 200
    assert "w plikach" not in page, "invoices of others are not hers to look through"


def test_an_answer_is_due_until_somebody_gives_it(site: Any) -> None:
    day = today() + timedelta(days=3)
    write(site, "sara", ("kasia", "adam"), subject="Wycena", due_on=day.isoformat())
    assert "Odpowiedz na wiadomość: Wycena" in site.enter("kasia").get(site.url).text
    assert "Czekasz na odpowiedź: Wycena" in site.enter("sara").get(site.url).text
    assert "Wycena" not in site.enter("wojtek").get(site.url).text
    site.sent("kasia", thread(site, "Wycena"), to=to(site, "sara"), body="Proszę.")
    assert "Odpowiedz na wiadomość" not in site.enter("kasia").get(site.url).text
    assert "Czekasz na odpowiedź" not in site.enter("sara").get(site.url).text
    assert "Odpowiedz na wiadomość: Wycena" in site.enter("adam").get(site.url).text


def test_a_thread_is_closed_and_goes_on_when_somebody_writes(site: Any) -> None:
    write(site, "sara", ("kasia",))
    site.sent("kasia", f"{thread(site)}/state", thread(site), closed="1")
    assert "zakończony" in site.enter("sara").get(thread(site)).text
    site.sent("sara", thread(site), to=to(site, "kasia"), body="Jednak nie.")
    assert site.sql("SELECT state FROM works_threads") == [("open",)]
    assert site.sent("wojtek", f"{thread(site)}/state", f"{site.url}/mail/new", closed="1").status_code == 404


def test_drafts_are_ones_own_and_go_when_sent(site: Any) -> None:
    answer = write(site, "adam", ("kasia",), subject="Kiedyś", body="Niedokończone", save="1")
    assert answer.status_code == 303 and not site.sql("SELECT 1 FROM works_letters")
    ((draft,),) = site.sql("SELECT public_id FROM works_drafts")
    page = site.enter("adam").get(f"{site.url}/mail/new?draft={draft}").text
    assert "Niedokończone" in page and "checked" in page
    for login in ("olga", "kasia"):
        assert site.enter(login).get(f"{site.url}/mail/new?draft={draft}").status_code == 404
        assert "Kiedyś" not in site.enter(login).get(f"{site.url}/mail/drafts").text
    write(site, "adam", ("kasia",), subject="Kiedyś", body="Dokończone", draft=draft)
    assert not site.sql("SELECT 1 FROM works_drafts") and site.sql("SELECT count(*) FROM works_letters") == [(1,)]


def test_data_of_the_site_go_with_a_letter_as_they_were(site: Any) -> None:
    olga = site.actor("olga")

    def change(city: str, version: int) -> None:
        data = {"invoice_name": "Spółdzielnia; „A”", "invoice_nip": "5260250274", "city": city}
        commands.change_data(olga, place(olga, site.id), data, version)

    site.do(lambda: change("Głogów", 1))
    assert "checked" in site.enter("olga").get(f"{site.url}/mail/new?card=1").text
    write(site, "olga", ("wojtek",), cards=["invoice", "address"])
    site.do(lambda: change("Lubin", 2))
    page = inspect(site.enter("wojtek").get(thread(site)))
    assert "5260250274" in page and "Lipowa 4, Głogów" in page and "Lubin" not in page
    ((letter,),) = site.sql("SELECT public_id FROM works_letters")
    card = site.enter("wojtek").get(f"{site.url}/mail/letters/{letter}/card.vcf")
    assert card.status_code == 200 and card.get_data().startswith(b"BEGIN:VCARD\r\nVERSION:4.0\r\n")
    assert b"5260250274" in card.get_data().replace(b"\r\n ", b"")
    assert site.enter("wanda").get(f"{site.url}/mail/letters/{letter}/card.vcf").status_code == 404
    assert "Nikt jeszcze nie wpisał" not in site.enter("olga").get(f"{site.url}/mail/new").text
    refused = write(site, "olga", ("wojtek",), subject="Dojazd", cards=["directions"])
    assert refused.status_code == 422 and "nikt jeszcze nie wpisał" in refused.text


def test_a_closed_site_takes_no_letters(site: Any) -> None:
    write(site, "sara", ("kasia",))
    ewa = site.actor("ewa")
    form = site.enter("sara").get(f"{site.url}/mail/new").text
    assert "form_key" in form
    site.do(lambda: commands.close_site(ewa, place(ewa, site.id)))
    assert "Odpowiedz" not in site.enter("kasia").get(thread(site)).text
    assert site.sent("kasia", thread(site), f"{site.url}/mail", to=to(site, "sara"), body="Za późno").status_code != 303
    assert site.sql("SELECT count(*) FROM works_letters") == [(1,)]


def test_who_only_looks_writes_nothing(site: Any) -> None:
    write(site, "sara", ("kasia",))
    page = site.enter("irena").get(thread(site)).text
    assert "Ile to będzie" in page and 'name="body"' not in page
    assert site.enter("irena").get(f"{site.url}/mail/new").status_code == 404
    assert site.sent("irena", thread(site), f"{site.url}/mail", body="x").status_code == 404


def test_staff_who_manage_works_write_and_are_answered(site: Any) -> None:
    write(site, "ewa", ("kasia",), subject="Od zarządcy")
    page = site.enter("kasia").get(thread(site, "Od zarządcy")).text
    ewa = to(site, "ewa")[0]
    assert f'value="{ewa}" checked' in page
    assert site.sent("kasia", thread(site, "Od zarządcy"), to=[ewa], body="Dobrze.").status_code == 303
    assert "Dobrze." in site.enter("ewa").get(thread(site, "Od zarządcy")).text


def test_thirty_recipients_and_print(site: Any) -> None:
    everybody = ("olga", "marek", "adam", "wojtek", "wanda", "kasia")
    outside = ", ".join(f"Firma {n} <firma{n}@firma.example>" for n in range(24))
    assert write(site, "sara", everybody, outside=outside).status_code == 303
    assert "i jeszcze 27 osób" in site.enter("olga").get(f"{site.url}/mail").text
    page = inspect(site.enter("olga").get(f"{thread(site)}/print"))
    assert "Firma 23" in page and "Ile to będzie" in page
    too_many = ",".join(f"f{n}@firma.example" for n in range(31))
    assert write(site, "sara", everybody, outside=too_many).status_code == 422


def test_a_letter_has_an_address_of_its_own(site: Any) -> None:
    write(site, "sara", ("kasia",))
    ((letter,),) = site.sql("SELECT public_id FROM works_letters")
    answer = site.enter("olga").get(f"{site.url}/mail/letters/{letter}")
    assert answer.headers["Location"] == f"{thread(site)}#{letter}"
    assert site.enter("wojtek").get(f"{site.url}/mail/letters/{letter}").status_code == 404
    assert f"{site.url}/guests/new?letter={letter}" in site.enter("olga").get(thread(site)).text
    assert "guests/new" not in site.enter("kasia").get(thread(site)).text, "she may not invite"
