"""Baza adresowa: everybody adds, who may reads all of it, the others their own lines."""

from __future__ import annotations

import re
from typing import Any

from tests.pages import inspect


def add(site: Any, who: str, **values: str) -> Any:
    given = {"name": "Jan Dekarz", "email": "jan@dekarz.example", **values}
    return site.sent(who, f"{site.url}/mail/contacts/new", **given)


def test_everybody_adds_and_only_the_authorised_read_all(site: Any) -> None:
    assert add(site, "wojtek", trade="dekarz", note="dzwonić po 16").status_code == 303
    add(site, "wanda", name="Ewa Okienna", email="", phone="601 000 000")
    ((contact,),) = site.sql("SELECT public_id FROM works_contacts WHERE name = 'Jan Dekarz'")
    for login in ("olga", "marek", "adam", "sara", "hanna", "irena"):
        page = inspect(site.enter(login).get(f"{site.url}/mail/contacts"))
        assert "Jan Dekarz" in page and "Ewa Okienna" in page, login
    own = site.enter("wojtek").get(f"{site.url}/mail/contacts").text
    assert "Jan Dekarz" in own and "Ewa Okienna" not in own
    for login in ("wanda", "kasia"):
        assert "Dekarz" not in site.enter(login).get(f"{site.url}/mail/contacts").text
        assert "Dekarz" not in site.enter(login).get(f"{site.url}/mail/contacts.csv").text
        assert "dekarz.example" not in site.enter(login).get(f"{site.url}/mail/new").text
        for path in ("", "/remove"):
            address = f"{site.url}/mail/contacts/{contact}{path}"
            assert site.enter(login).get(address).status_code == 404
            assert site.sent(login, address, f"{site.url}/mail/contacts/new", name="x").status_code == 404
    for login in ("obcy", "O1", "gap"):
        for path in ("", ".csv", "/new", f"/{contact}"):
            assert site.enter(login).get(f"{site.url}/mail/contacts{path}").status_code == 404


def test_a_double_address_is_asked_about_and_seen(site: Any) -> None:
    add(site, "sara")
    answer = add(site, "olga", name="Drugi Jan", email="JAN@dekarz.example")
    assert answer.status_code == 409 and "jest już w bazie: „Jan Dekarz”" in answer.text and "Drugi Jan" in answer.text
    assert add(site, "olga", name="Drugi Jan", email="JAN@dekarz.example", although="1").status_code == 303
    assert "ten sam e-mail" in site.enter("olga").get(f"{site.url}/mail/contacts").text
    other = add(site, "wojtek", name="Trzeci")
    assert other.status_code == 303, "who may not read the base is told nothing of it"


def test_what_is_wrong_is_said_at_its_field(site: Any) -> None:
    for values, sentence in (
        ({"name": " "}, "Podaj imię"),
        ({"email": "nie adres"}, "to nie jest adres"),
        ({"email": "", "phone": ""}, "Podaj adres e-mail albo telefon"),
        ({"note": "x" * 10_000}, "za długi"),
        ({"name": "x" * 10_000}, "za długi"),
    ):
        answer = add(site, "wojtek", **values)
        assert answer.status_code == 422 and sentence in answer.text, values


def test_a_contact_is_found_changed_exported_written_to_and_removed(site: Any) -> None:
    add(site, "sara", name="Żaneta Łąka", firm="=HYPERLINK(1)", trade="geodeta")
    assert "Żaneta" in site.enter("olga").get(f"{site.url}/mail/contacts?q=zaneta+laka").text
    assert "Żaneta" not in site.enter("olga").get(f"{site.url}/mail/contacts?q=dekarz%").text
    file = site.enter("olga").get(f"{site.url}/mail/contacts.csv")
    assert "Żaneta Łąka;'=HYPERLINK(1);geodeta" in file.get_data().decode("utf-8-sig")
    ((contact,),) = site.sql("SELECT public_id FROM works_contacts")
    site.sent("olga", f"{site.url}/mail/contacts/{contact}", name="Żaneta Łąka", email="z@geo.example", phone="1")
    page = site.enter("olga").get(f"{site.url}/mail/new?to=c:{contact}").text
    assert re.search(rf'value="c:{contact}" checked', page) and "z@geo.example" in page
    sent = site.sent("olga", f"{site.url}/mail/new", to=[f"c:{contact}"], subject="Pomiar", body="Kiedy?")
    assert sent.status_code == 303
    assert site.sql("SELECT address, name FROM works_addressees") == [("z@geo.example", "Żaneta Łąka")]
    site.sent("sara", f"{site.url}/mail/contacts/{contact}/remove")
    assert not site.sql("SELECT 1 FROM works_contacts")
    assert site.enter("sara").get(f"{site.url}/mail/contacts/{contact}").status_code == 404
    late = site.sent("olga", f"{site.url}/mail/new", to=[f"c:{contact}"], subject="Pomiar", body="Kiedy?")
    assert late.status_code == 422 and "nie ma już w bazie" in late.text


def test_who_only_looks_changes_no_contact(site: Any) -> None:
    add(site, "sara")
    page = site.enter("irena").get(f"{site.url}/mail/contacts").text
    assert "Jan Dekarz" in page and "Dodaj kontakt" not in page
    assert site.enter("irena").get(f"{site.url}/mail/contacts/new").status_code == 404
