"""A guest of one thing walks every address of the manager, and is a stranger at each of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from app.core import work
from app.core.actor import Actor, Role, rights
from app.outbox.tokens import opened
from app.works.access import place
from app.works.filing.queries import newest
from app.works.guests import commands, things
from tenants.context import bind
from tenants.db import db
from tests.browsing import Browser
from tests.isolation.test_pages import PLACE, tried
from tests.town import CANARIES, Town, token

WALKED = ("public", "signed_in", "resident", "staff", "works")
EMAIL = "gosia@poza.example"


def addresses(app: Any, town: Town, method: str) -> Iterator[tuple[str, str]]:
    """(endpoint, path) of every page but a guest's own, with the ids of both managers filled in."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] not in WALKED or method not in rule.methods:
            continue
        if rule.rule.startswith("/works/guest"):
            continue
        names = PLACE.findall(rule.rule)
        for chosen in itertools.product(*(tried(town, rule.endpoint.split(".")[1], name)[:3] for name in names)):
            path = rule.rule
            for value in chosen:
                path = PLACE.sub(value.replace("\\", ""), path, count=1)
            yield rule.endpoint, path


@pytest.fixture(scope="module")
def guest(app: Any, town: Town) -> Browser:
    """Inside at alfa, invited by the owner to one report, where they may add an invoice."""
    with app.app_context(), bind(town.alfa):
        row = db.session.execute(text("SELECT id FROM accounts WHERE login_key = 'jan'")).one()
        jan = Actor("account", "jan", account_id=row.id, role=Role.COLLABORATOR, can=rights(Role.COLLABORATOR))
        here = place(jan, db.session.execute(text("SELECT public_id FROM works_sites")).scalar_one())
        report = next(one for one in newest(here).rows if one.title.startswith("Raport"))
        typed = {"email": EMAIL, "days": "14", "ability": "add", "uses": "until"}
        commands.invite(jan, here, things.chosen(here, document=report.public_id), typed, "")
        work.commit()
    browser = Browser.on(app, "alfa")
    path = "/" + said(app, town, "works_guest_invited")["link"].split("://", 1)[1].split("/", 1)[1]
    form = {"csrf_token": token(browser.get(path).get_data(as_text=True))}
    assert browser.post(path, data=form).status_code == 303
    code = said(app, town, "works_guest_code")["code"]
    assert browser.post("/works/guest/code", data={**form, "code": code}).status_code == 303
    return browser


def said(app: Any, town: Town, letter: str) -> dict[str, Any]:
    with app.app_context(), bind(town.alfa):
        newest_one = "SELECT context FROM outbox_items WHERE letter = :l AND address = :a ORDER BY id DESC LIMIT 1"
        return dict(opened(db.session.execute(text(newest_one), {"l": letter, "a": EMAIL}).scalar_one()))


def test_a_guest_is_answered_like_a_stranger_at_every_other_address(app: Any, town: Town, guest: Browser) -> None:
    word = CANARIES["alfa"]
    assert f"Raport {word}" in guest.get("/works/guest").get_data(as_text=True), "the control: the one thing is there"
    nobody, walked = Browser.on(app, "alfa"), 0
    for endpoint, path in addresses(app, town, "GET"):
        answer, strange = guest.get(path), nobody.get(path)
        same = (answer.status_code, answer.headers.get("Location"))
        assert same == (strange.status_code, strange.headers.get("Location")), (endpoint, path)
        assert f"Raport {word}".encode() not in answer.get_data(), path
        walked += 1
    assert walked > 300


def test_a_guest_changes_nothing_at_any_other_address(app: Any, town: Town, guest: Browser) -> None:
    csrf = token(guest.get("/works/guest").get_data(as_text=True))
    for endpoint, path in addresses(app, town, "POST"):
        if not endpoint.startswith(("works.", "staff.", "resident.", "signed_in.")):
            continue
        answer = guest.post(path, data={"csrf_token": csrf})
        assert answer.status_code == 302 and answer.headers["Location"].startswith("/login"), (endpoint, path)


def test_of_all_files_a_guest_gets_those_of_the_one_thing(app: Any, town: Town, guest: Browser) -> None:
    got = []
    for slug in ("alfa", "beta"):
        for file in town.ids[slug]["works_file"]:
            answer = guest.get(f"/works/guest/files/{file}")
            assert answer.status_code in (200, 404)
            if answer.status_code == 200:
                got.append(answer.get_data(as_text=True))
    assert got == [f"Raport {CANARIES['alfa']}"]


def test_a_guests_link_and_cookie_are_nothing_at_the_other_manager(app: Any, town: Town, guest: Browser) -> None:
    path = "/" + said(app, town, "works_guest_invited")["link"].split("://", 1)[1].split("/", 1)[1]
    assert Browser.on(app, "beta").get(path).status_code == 404
    cookie = guest.cookie_header()
    bare = app.test_client(use_cookies=False)
    for host in ("beta.osiedle.test", "console.osiedle.test", "osiedle.test"):
        assert bare.get("/works/guest", headers={"Host": host, "Cookie": cookie}).status_code == 404, host
    own = bare.get("/works/guest", headers={"Host": "alfa.osiedle.test", "Cookie": cookie})
    assert own.status_code == 200, "the control"


@pytest.mark.parametrize("who", ["ewa", "filip", "anna"])
def test_papers_and_guests_of_a_site_are_its_managers_own(app: Any, town: Town, client: Any, who: str) -> None:
    browser = town.log_in(client, who)
    here = "beta" if who == "filip" else "alfa"
    foreign = CANARIES["beta" if here == "alfa" else "alfa"].encode()
    parts, seen = ("works.works_guests.", "works.works_invoices.", "works.works_protocols."), False
    for method in ("GET", "POST"):
        csrf = token(browser.get("/settings").get_data(as_text=True))
        for endpoint, path in addresses(app, town, method):
            if endpoint.startswith(parts):
                answer = browser.get(path) if method == "GET" else browser.post(path, data={"csrf_token": csrf})
                assert answer.status_code in (200, 302, 303, 404, 409, 422), (path, answer.status_code)
                assert foreign not in answer.get_data(), path
                assert who != "anna" or answer.status_code == 404, path
                seen = seen or CANARIES[here].encode() in answer.get_data()
    assert seen or who == "anna", "the control: one's own papers are there to be seen"
