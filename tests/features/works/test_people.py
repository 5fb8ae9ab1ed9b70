"""Letting people into a site, and what they then choose for themselves."""

from __future__ import annotations

import re
from typing import Any

from tests.features.accounts.conftest import PASSWORD, Browser

LINK = re.compile(r"https?://[^\s/]+(/activate/\S+)")


def letters(site: Any, kind: str) -> list[Any]:
    return site.sql("SELECT address, context FROM outbox_items WHERE letter = :kind ORDER BY id", kind=kind)


def invite(site: Any, who: str = "olga", **values: Any) -> Any:
    given = {"email": "nowak@dachy.example", "name": "Jan Nowak", "firm": "Dachy", "duty": "contractor"}
    return site.sent(who, f"{site.url}/settings/members/new", **{**given, "rights_given": "usual", **values})


def test_an_owner_invites_somebody_new_who_chooses_password_and_login(site: Any, post: Any) -> None:
    assert invite(site).status_code == 303
    ((address, login, secret),) = site.sql(
        "SELECT i.address, a.login, a.password_hash IS NULL FROM outbox_items i "
        "JOIN accounts a ON i.recipient_key = 'account:' || a.public_id WHERE i.letter = 'works_invitation'"
    )
    assert address == "nowak@dachy.example" and login.startswith("budowa-") and secret
    site.work("outbox")
    letter = next(one for one in reversed(post.to("nowak@dachy.example")))
    body = letter.get_body(("plain",)).get_content()
    assert "Remont dachu" in body and login in body
    browser = Browser(site.app, site.tenant)
    path = LINK.search(body)
    assert path is not None
    page = browser.get(path[1]).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    given = {"csrf_token": token[1], "password": PASSWORD, "repeat": PASSWORD}
    assert browser.client.post(path[1], data=given, base_url=browser.base_url).status_code in (302, 303)
    landed = browser.log_in(login)
    assert landed.headers["Location"].endswith("/settings/identifier")
    site._browsers["nowy"] = browser
    answer = site.sent("nowy", "/settings/identifier", login="jan.nowak")
    assert answer.headers["Location"] == "/works/"
    assert browser.get("/works/").headers["Location"] == site.url
    assert Browser(site.app, site.tenant).log_in("jan.nowak").status_code in (302, 303)
    assert Browser(site.app, site.tenant).log_in(login).status_code not in (302, 303)


def test_a_login_that_is_taken_is_refused_and_residents_choose_none(site: Any) -> None:
    answer = site.sent("adam", "/settings/identifier", login="WANDA")
    assert answer.status_code == 409 and "zajęty" in answer.text
    assert site.enter("O1").get("/settings/identifier").status_code == 404
    assert site.enter("ewa").get("/settings/identifier").status_code == 404


def test_the_same_address_is_the_same_account_on_another_site(site: Any) -> None:
    path = f"/works/{site.other_id}/settings/members/new"
    given = {"email": "ADAM@firma.example", "name": "Adam", "duty": "architect", "rights_given": "usual"}
    assert site.sent("obcy", path, **given).status_code == 303
    assert site.enter("adam").get(f"/works/{site.other_id}").status_code == 200
    ((address, context),) = letters(site, "works_added")
    assert address == "adam@firma.example" and context["site_name"] == "Inna budowa"


def test_a_residents_address_gives_a_new_account_and_tells_nothing(site: Any) -> None:
    assert invite(site, email="o1@poczta.example").status_code == 303
    assert site.enter("O1").get(site.url).status_code == 404
    assert len(letters(site, "works_invitation")) == 1


def test_staff_attach_a_resident_by_login_and_owners_cannot(site: Any) -> None:
    by_login = {"email": "", "login": "O1", "name": "Anna", "duty": "other"}
    refused = invite(site, "olga", **by_login)
    assert refused.status_code == 422 and "Podaj adres e-mail" in refused.text
    assert invite(site, "ewa", **by_login).status_code == 303
    assert site.enter("O1").get(site.url).status_code == 200
    again = invite(site, "ewa", **by_login)
    assert again.status_code == 409 and "już bierze udział" in again.text


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(site: Any) -> None:
    for values, words in (
        ({"email": "nie adres"}, "nie da się użyć"),
        ({"name": " "}, "Podaj imię i nazwisko"),
        ({"duty": "król"}, "kim ta osoba jest"),
        ({"rights_given": "chosen", "rights": "wszystko"}, "spośród podanych"),
        ({"name": "x" * 10_000}, "za długi"),
    ):
        answer = invite(site, **values)
        assert answer.status_code == 422 and words in answer.text, values
        assert "Dachy" in answer.text
    assert not letters(site, "works_invitation")


def test_members_without_the_right_find_no_list_and_change_nobody(site: Any) -> None:
    ((member,),) = site.sql("SELECT public_id FROM works_members WHERE name LIKE 'Wanda%'")
    for path in ("members", "members/new", f"members/{member}", f"members/{member}/end"):
        for who in ("adam", "marek", "wojtek", "irena", "obcy"):
            assert site.enter(who).get(f"{site.url}/settings/{path}").status_code == 404, (path, who)
    own = f"{site.url}/settings"
    assert site.sent("wojtek", f"{own}/members/{member}/end", page=own).status_code == 404
    assert site.sent("wojtek", f"{own}/state", page=own, closed="1").status_code == 404
    assert site.enter("wanda").get(site.url).status_code == 200


def test_rights_that_an_owner_takes_back_are_gone_at_once(site: Any) -> None:
    ((member,),) = site.sql("SELECT public_id FROM works_members WHERE name LIKE 'Marek%'")
    path = f"{site.url}/settings/members/{member}"
    given = {"name": "Marek Kierownik", "duty": "manager", "firm": "Bud-Mar", "rights_given": "chosen"}
    assert site.sent("olga", path, **given).status_code == 303
    assert site.sql("SELECT rights FROM works_members WHERE public_id = :id", id=member) == [([],)]


def test_an_owner_closes_the_site_and_opens_it_again(site: Any) -> None:
    page = f"{site.url}/settings"
    assert site.sent("olga", f"{page}/state", page=page, closed="1").status_code == 303
    assert site.enter("olga").get(f"{site.url}/settings/members/new").status_code == 422
    assert site.sent("olga", f"{page}/state", page=page, closed="0").status_code == 303
    assert site.enter("olga").get(f"{site.url}/settings/members/new").status_code == 200


def test_owners_are_moved_by_owners_and_by_staff_only(site: Any) -> None:
    ((marek,), (olga,)) = site.sql("SELECT public_id FROM works_members WHERE name ~ '^(Marek|Olga)' ORDER BY name")
    given = {"name": "Marek Kierownik", "duty": "manager", "rights_given": "chosen", "rights": ["manage", "invite"]}
    assert site.sent("olga", f"{site.url}/settings/members/{marek}", **given).status_code == 303
    ending = site.sent("marek", f"{site.url}/settings/members/{olga}/end")
    assert ending.status_code == 422 and "tylko właściciel albo biuro" in ending.text
    lowered = {"name": "Olga", "duty": "other", "rights_given": "chosen"}
    assert site.sent("marek", f"{site.url}/settings/members/{olga}", **lowered).status_code == 422
    assert site.sql("SELECT duty FROM works_members WHERE public_id = :id AND left_at IS NULL", id=olga) == [("owner",)]
