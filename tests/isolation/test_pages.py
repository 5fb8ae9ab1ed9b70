"""Every page × every outsider, with real foreign ids: nobody ever sees the other manager's canary."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browsing import Browser
from tests.pages import inspect
from tests.town import CANARIES, Town, token

TENANT_SITE = ("public", "signed_in", "resident", "works", "staff")
WHO = ("anna", "bogdan", "celina", "darek", "ewa", "filip", "gustaw", "hanna", "irena", "jan")
PLACE = re.compile(r"<(?:[a-z]+:)?([a-z_]+)>")


def addresses(app: Any, town: Town, methods: str) -> Iterator[tuple[str, str]]:
    """(endpoint, path) for every page of a tenant site, with the ids of both managers filled in."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] not in TENANT_SITE or methods not in rule.methods:
            continue
        names = PLACE.findall(rule.rule)
        values = [tried(town, rule.endpoint.split(".")[1], name) for name in names]
        for chosen in itertools.product(*values):
            path = rule.rule
            for value in chosen:
                path = PLACE.sub(value.replace("\\", ""), path, count=1)
            yield rule.endpoint, path


def tried(town: Town, feature: str, name: str) -> list[str]:
    """What strangers put in this place of an address: ids of both managers."""
    found = {
        id for ids in (town.ids["alfa"], town.ids["beta"]) for id in ids.get(f"{feature}.{name}") or ids.get(name, [])
    }
    return sorted(found) or ["1", "nothing"]


@pytest.fixture(scope="module")
def browsers(app: Any, town: Town) -> dict[str, Any]:
    def client(slug: str) -> Browser:
        return Browser.on(app, slug)

    return {who: town.log_in(client, who) for who in WHO} | {"nobody": client("alfa"), "nobody at beta": client("beta")}


def host_of(town: Town, who: str) -> str:
    return "beta" if who == "nobody at beta" else "alfa" if who == "nobody" else town.host(who)


@pytest.mark.parametrize("who", [*WHO, "nobody", "nobody at beta"])
def test_no_page_shows_another_managers_words(app: Any, town: Town, browsers: dict[str, Any], who: str) -> None:
    here = host_of(town, who)
    foreign = CANARIES["beta" if here == "alfa" else "alfa"]
    seen_own = False
    for _endpoint, path in addresses(app, town, "GET"):
        for query in ("", "?unit=L3", "?unit=L1&page=2", "?q=KANAR"):
            answer = browsers[who].get(path + query)
            assert answer.status_code in (200, 302, 303, 404, 410, 422), (path, query, answer.status_code)
            page = inspect(answer, canaries=(foreign,))
            seen_own = seen_own or CANARIES[here] in page
    assert seen_own, "the control: one's own words must be there to be seen"


def test_a_session_of_one_manager_is_nothing_at_the_other(app: Any, town: Town, browsers: dict[str, Any]) -> None:
    stolen = browsers["anna"].cookie_header()
    assert "osiedle=" in stolen
    own = app.test_client(use_cookies=False)
    assert own.get("/payments", headers={"Host": "alfa.osiedle.test", "Cookie": stolen}).status_code == 200
    answer = own.get("/payments", headers={"Host": "beta.osiedle.test", "Cookie": stolen})
    assert answer.status_code == 302
    for host in ("osiedle.test", "console.osiedle.test"):
        assert CANARIES["alfa"] not in own.get("/", headers={"Host": host, "Cookie": stolen}).get_data(as_text=True)


def test_two_cookies_of_our_name_are_none(app: Any, town: Town, browsers: dict[str, Any]) -> None:
    planted = f"osiedle={'x' * 43}; {browsers['anna'].cookie_header()}"
    answer = app.test_client(use_cookies=False).get(
        "/payments", headers={"Host": "alfa.osiedle.test", "Cookie": planted}
    )
    assert answer.status_code == 302


@pytest.mark.parametrize("who", ["anna", "celina", "darek", "filip", "irena", "jan"])
def test_no_form_moves_what_is_not_ones_own(app: Any, town: Town, client: Any, who: str) -> None:
    """Each form replayed by others, with their own token and the real ids of strangers, changes nothing of theirs."""
    browser = town.log_in(client, who)
    page = browser.get("/settings").get_data(as_text=True)
    foreign = CANARIES["beta" if town.host(who) == "alfa" else "alfa"]
    before = fingerprint(app, town)
    for endpoint, path in addresses(app, town, "POST"):
        if endpoint.endswith((".leave", ".enter")) or path.startswith(("/password/", "/activate/")):
            continue
        answer = browser.post(path, data={"csrf_token": token(page)})
        assert answer.status_code in (200, 302, 303, 400, 404, 409, 410, 415, 422), (path, answer.status_code)
        assert foreign.encode() not in answer.get_data(), path
    after = fingerprint(app, town)
    other = "beta" if town.host(who) == "alfa" else "alfa"
    assert after[other] == before[other]
    if who in ("anna", "celina"):
        assert after == before, "a resident's empty forms change nothing at all"


def fingerprint(app: Any, town: Town) -> dict[str, list[Any]]:
    """How many rows of what each manager has."""
    from sqlalchemy import text

    from tenants.context import bind
    from tenants.db import db

    found = {}
    tables = ("imports", "revisions", "mailouts", "outbox_items", "accounts", "account_units", "ledger_entries", "jobs")
    with app.app_context():
        for tenant in (town.alfa, town.beta):
            with bind(tenant):
                found[tenant.slug] = [
                    db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables
                ]
    return found


def test_an_unknown_unit_and_a_neighbours_unit_answer_alike(town: Town, client: Any) -> None:
    browser = town.log_in(client, "anna")
    foreign = browser.get("/payments?unit=L3")
    unknown = browser.get("/payments?unit=NO-SUCH")
    assert foreign.status_code == unknown.status_code == 404
    assert _without_ids(foreign) == _without_ids(unknown)


def _without_ids(answer: Any) -> str:
    page = re.sub(r"[A-Za-z0-9_-]{22}", "", answer.get_data(as_text=True))
    page = re.sub(r'value="[^"]*"', "", page)
    return re.sub(r"unit=[A-Z0-9-]+", "", page)
