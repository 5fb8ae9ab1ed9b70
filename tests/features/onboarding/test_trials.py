"""From the form on the product page to a portal, with a letter in between."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from app.core import work
from app.core.clock import today
from app.onboarding.trials import commands, rules, tokens
from app.registrations import robots
from tenants import provisioning
from tests.features.onboarding.conftest import asked, link_in, platform, slow, wish, work_off
from tests.features.operators.browser import Browser
from tests.features.registrations.conftest import CHALLENGE, code_in
from tests.post import Post
from worker import entry

Stranger = Callable[[], Browser]


@pytest.fixture(autouse=True)
def _nothing_left(context: Any, settings: Any) -> Any:
    platform("DELETE FROM platform.trials")
    platform("DELETE FROM platform.jobs WHERE name LIKE 'trials.%'")
    platform("DELETE FROM platform.throttles WHERE key LIKE 'trial:%'")
    yield
    made = platform("SELECT slug FROM platform.trials WHERE confirmed_at IS NOT NULL")
    for (slug,) in made:
        if platform("SELECT id FROM platform.tenants WHERE slug = :slug", slug=slug):
            provisioning.remove(settings.database_url, slug)


def trials() -> list[Any]:
    return platform("SELECT * FROM platform.trials ORDER BY id")


def test_a_stranger_gets_a_portal_by_a_letter_and_one_click(app: Flask, stranger: Stranger, post: Post) -> None:
    visitor = stranger()
    answer = asked(app, visitor, slug=" Pod-Lipami ", email="szef@lipy.example")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/trial/sent")
    assert visitor.get("/trial/sent").status_code == 200
    assert platform("SELECT id FROM platform.tenants WHERE slug = 'pod-lipami'") == [], "nothing before a yes"
    work_off("trials.letter")
    path = link_in(post.to("szef@lipy.example")[-1])
    page = visitor.get(path)
    assert page.status_code == 200
    assert "pod-lipami.osiedle.test" in page.get_data(as_text=True)
    assert platform("SELECT id FROM platform.openings WHERE slug = 'pod-lipami'") == [], "a mail scanner orders nothing"
    assert visitor.post(path).status_code == 303
    making = visitor.get(path)
    assert "Zakładamy portal" in making.get_data(as_text=True)
    assert making.headers["Refresh"] == "2"
    began = time.monotonic()
    work_off("onboarding.open")
    assert time.monotonic() - began < 5, "about a second alone; the machine may be busy"
    assert "Portal jest gotowy" in visitor.get(path).get_data(as_text=True)
    assert Browser(app, "pod-lipami.osiedle.test").get("/login").status_code == 200
    account = "platform.billing_accounts JOIN platform.tenants ON id = tenant_id"
    lasts = f"SELECT trial_until FROM {account} WHERE slug = :slug"
    assert platform(lasts, slug="pod-lipami") == [(today() + timedelta(days=30),)], "the trial has begun"
    log = platform("SELECT actor_kind, actor, action FROM platform.audit_entries WHERE subject = 'pod-lipami'")
    assert {("system", "trial", "trial.confirmed"), ("system", "trial", "tenant.opened")} <= {tuple(row) for row in log}


def test_the_link_orders_one_portal_however_often_it_is_used(app: Flask, stranger: Stranger, post: Post) -> None:
    visitor = stranger()
    asked(app, visitor, email="raz@lipy.example")
    work_off("trials.letter")
    path = link_in(post.to("raz@lipy.example")[-1])
    visitor.get(path)
    token = visitor.token
    for slug in ("", "inny-adres", ""):
        visitor.token = token
        assert visitor.post(path, slug=slug).status_code == 303
    assert [row.slug for row in trials()] == ["pod-lipami"]
    assert platform("SELECT id FROM platform.openings WHERE slug = 'inny-adres'") == []
    work_off("onboarding.open")


def test_after_three_days_the_link_opens_nothing(app: Flask, stranger: Stranger, post: Post) -> None:
    visitor = stranger()
    asked(app, visitor, email="pozno@lipy.example")
    work_off("trials.letter")
    path = link_in(post.to("pozno@lipy.example")[-1])
    visitor.get(path)
    platform("UPDATE platform.trials SET expires_at = now() - interval '1 second'")
    refused = visitor.post(path)
    assert refused.status_code == 410
    assert "stracił ważność" in refused.get_data(as_text=True)
    assert visitor.get(path).status_code == 410
    assert platform("SELECT id FROM platform.trials WHERE confirmed_at IS NOT NULL") == []


def test_the_letter_lives_seventy_two_hours(app: Flask, stranger: Stranger) -> None:
    asked(app, stranger(), email="czas@lipy.example")
    seconds = platform("SELECT extract(epoch FROM expires_at - asked_at) FROM platform.trials")[0][0]
    assert abs(float(seconds) - 72 * 3600) < 60


def test_whose_address_went_to_another_chooses_anew_on_the_link_s_page(
    app: Flask, stranger: Stranger, post: Post
) -> None:
    first, second = stranger(), stranger()
    for visitor, email in ((first, "a@lipy.example"), (second, "b@lipy.example")):
        asked(app, visitor, slug="nad-stawem", email=email)
    work_off("trials.letter")
    paths = [link_in(post.to(email)[-1]) for email in ("a@lipy.example", "b@lipy.example")]
    first.get(paths[0])
    assert first.post(paths[0]).status_code == 303
    second.get(paths[1])
    refused = second.post(paths[1])
    assert refused.status_code == 409
    assert "zajęta" in refused.get_data(as_text=True)
    assert second.post(paths[1], slug="c0nsole").status_code == 422
    assert second.post(paths[1], slug="nad-stawem-2").status_code == 303
    work_off("onboarding.open")
    assert {row.slug for row in platform("SELECT slug FROM platform.tenants WHERE slug LIKE 'nad-stawem%'")} == {
        "nad-stawem",
        "nad-stawem-2",
    }


def test_a_known_address_is_answered_like_an_unknown_one_and_told_by_letter(
    app: Flask, stranger: Stranger, post: Post
) -> None:
    visitor = stranger()
    asked(app, visitor, slug="pierwszy-portal", email="znany@lipy.example")
    work_off("trials.letter")
    path = link_in(post.to("znany@lipy.example")[-1])
    visitor.get(path)
    visitor.post(path)
    work_off("onboarding.open")
    answers = [asked(app, stranger(), slug=slug, email=email) for slug, email in (
        ("drugi-portal", "znany@lipy.example"), ("trzeci-portal", "obcy@lipy.example"),
    )]  # fmt: skip
    assert {(one.status_code, one.headers["Location"], one.get_data()) for one in answers} == {
        (303, "/trial/sent", answers[0].get_data())
    }
    work_off("trials.letter")
    texts = [str(post.to(email)[-1].get_body(("plain",)).get_content())  # type: ignore[union-attr]
             for email in ("znany@lipy.example", "obcy@lipy.example")]  # fmt: skip
    assert "http://pierwszy-portal.osiedle.test" in texts[0]
    assert "pierwszy-portal" not in texts[1]


def test_one_address_gets_three_letters_a_day_and_the_answer_stays_the_same(app: Flask, stranger: Stranger) -> None:
    answers = [asked(app, stranger(), slug=f"zamek-nr-{n}", email="cel@lipy.example") for n in range(5)]
    assert {(one.status_code, one.headers["Location"]) for one in answers} == {(303, "/trial/sent")}
    assert len(trials()) == rules.LETTER_LIMIT


def test_what_nobody_confirms_is_forgotten_after_a_month(app: Flask, stranger: Stranger) -> None:
    asked(app, stranger(), email="nikt@lipy.example")
    days = "SELECT extract(epoch FROM run_after - now()) / 86400 FROM platform.jobs WHERE name = 'trials.forget'"
    assert 32.9 < float(platform(days)[0][0]) <= 33
    work_off("trials.forget")
    assert trials() == []


def test_a_double_click_is_one_request(app: Flask, stranger: Stranger) -> None:
    visitor = stranger()
    sent = wish(app, visitor.get("/trial").get_data(as_text=True))
    token = visitor.token
    for _click in range(2):
        visitor.token = token
        visitor.post("/trial", **sent)
    assert len(trials()) == 1


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"slug": "c0nsole"}, "adres samej platformy"),
        ({"slug": "xn--lipy-abc"}, "łącznik"),
        ({"slug": "ą" * 10_000}, "Subdomena może mieć"),
        ({"name": "x" * 10_000}, "najwyżej 200"),
        ({"name": "a\tb‮c"}, "bez znaków sterujących"),
        ({"email": "nie-adres"}, "e-mail"),
        ({"email": "x" * 10_000 + "@y.example"}, "za długi"),
        ({"kind": "bank"}, "Wybierz"),
        ({"code": "0000000"}, "Kod się nie zgadza"),
        ({"trap": "x"}, "Kod się nie zgadza"),
        ({"challenge": "wymyślone"}, "stracił ważność"),
    ],
    ids=lambda value: str(next(iter(value.items())))[:24] if isinstance(value, dict) else "",
)
def test_what_cannot_be_is_refused_with_a_sentence(
    app: Flask, stranger: Stranger, values: dict[str, str], said: str
) -> None:
    answer = asked(app, stranger(), **values)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert trials() == []


def test_nul_is_refused(stranger: Stranger) -> None:
    visitor = stranger()
    visitor.get("/trial")
    assert visitor.post("/trial", slug="a\0b").status_code == 400


def test_a_portal_s_name_and_its_look_alike_are_refused(app: Flask, tenant: Any, stranger: Stranger) -> None:
    for slug in (tenant.slug, tenant.slug.replace("x", "-x")):
        answer = asked(app, stranger(), slug=slug)
        assert answer.status_code == 422
    assert trials() == []


def test_robots_are_stopped_by_a_limit(app: Flask, stranger: Stranger) -> None:
    visitor = stranger()
    visitor.get("/trial")
    codes = [visitor.post("/trial", slug="x").status_code for _n in range(rules.ASK_LIMIT + 2)]
    assert codes[0] == 422
    assert codes[-2:] == [429, 429]
    assert stranger().get("/trial/address?slug=wolny-adres").status_code == 200


def test_the_subdomain_is_looked_up_while_it_is_typed_and_by_a_button(app: Flask, stranger: Stranger) -> None:
    visitor = stranger()
    assert "jest wolny" in visitor.get("/trial/address?slug=wolny-adres").get_data(as_text=True)
    assert "zarezerwowana" in visitor.get("/trial/address?slug=console").get_data(as_text=True)
    assert visitor.get("/trial/address?slug=").get_data(as_text=True).strip() == ""
    assert visitor.get(f"/trial/address?slug={'ż' * 3000}").status_code == 200
    page = visitor.get("/trial").get_data(as_text=True)
    challenge = CHALLENGE.search(page)
    assert challenge is not None
    digits = code_in(page)
    shown = visitor.post(
        "/trial", check="1", slug="wolny-adres", name="Pod Lipami", challenge=slow(app, challenge[1]), code=digits
    )
    text = shown.get_data(as_text=True)
    assert shown.status_code == 200
    assert "jest wolny" in text
    assert 'value="Pod Lipami"' in text
    assert f'value="{digits}"' in text, "the code that was typed still answers"
    assert code_in(text) == digits
    assert trials() == []
    codes = [visitor.get("/trial/address?slug=a1").status_code for _n in range(rules.CHECK_LIMIT + 1)]
    assert codes[-1] == 429


def test_invented_links_lead_nowhere(stranger: Stranger) -> None:
    visitor = stranger()
    for word in ("nothing", "x" * 3000, tokens_of_nobody()):
        assert visitor.get(f"/trial/{word}").status_code == 404


def tokens_of_nobody() -> str:
    return tokens.token("nobody-has-this-id")


def test_a_server_that_is_down_is_asked_again(app: Flask, stranger: Stranger, post: Post) -> None:
    asked(app, stranger(), email="later451@lipy.example")
    row = platform("SELECT id FROM platform.jobs WHERE name = 'trials.letter' AND state = 'waiting'")[0].id
    entry.run(None, row)
    assert platform("SELECT state FROM platform.jobs WHERE id = :id", id=row) == [("waiting",)]
    assert trials()[0].letter == "waiting"
    platform("UPDATE platform.jobs SET state = 'done' WHERE id = :id", id=row)


def test_a_refused_letter_is_noted_and_not_repeated(app: Flask, stranger: Stranger) -> None:
    asked(app, stranger(), email="bounce550@lipy.example")
    work_off("trials.letter")
    assert trials()[0].letter == "failed"


def test_twenty_at_once_all_get_their_portal(app: Flask) -> None:
    slugs = [f"naraz-{chr(97 + n)}{chr(97 + n)}x{n:02d}" for n in range(20)]
    for slug in slugs:
        wanted = commands.wished(slug, f"Wspólnota {slug}", "association", f"{slug}@naraz.example")
        commands.ask(wanted, robots.new_code().key)
    work.commit()
    ids = [row.public_id for row in trials()]
    failures: list[BaseException] = []

    def go(share: int) -> None:
        try:
            for public_id in ids[share::4]:
                with app.app_context():
                    commands.confirm(tokens.token(public_id))
                    work.commit()
                    order = platform("SELECT opening_id FROM platform.trials WHERE public_id = :p", p=public_id)[0][0]
                    query = "SELECT id FROM platform.jobs WHERE name = 'onboarding.open' AND key = :key"
                    entry.run(None, platform(query, key=str(order))[0].id)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=go, args=(share,)) for share in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    states = platform("SELECT slug, state FROM platform.openings WHERE slug LIKE 'naraz-%' ORDER BY slug")
    assert [(row.slug, row.state) for row in states] == [(slug, "done") for slug in sorted(slugs)]
    assert platform("SELECT count(DISTINCT schema) FROM platform.tenants WHERE slug LIKE 'naraz-%'")[0][0] == 20
