"""A guest's way in: the link, the code, one visit; and everybody who tries it otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from app.works import commands as sites
from app.works import queries
from app.works.access import place
from app.works.guests import commands as guests
from tests.features.accounts.conftest import TOKEN
from tests.features.works.guests import (
    GUEST,
    PDF,
    ask,
    come_in,
    enter,
    events,
    filed,
    invite,
    letters,
    mail,
    path_of,
    post,
)


def gone(answer: Any) -> bool:
    return answer.status_code == 404 and "To zaproszenie nie działa" in answer.text


def plain(page: str) -> str:
    """A page without what is new each time."""
    return TOKEN.sub("", page).split("<main", 1)[1].split("</main>", 1)[0]


def test_a_guest_reads_the_one_document_and_downloads_its_file(site: Any) -> None:
    guest = come_in(site, invite(site, query=f"document={filed(site)}", word="Proszę o opinię"))
    page = guest.get("/works/guest").text
    assert "Raport 12" in page and "Marek Kierownik" in page
    address = page.split('href="/works/guest/files/', 1)[1].split('"', 1)[0]
    answer = guest.get(f"/works/guest/files/{address}")
    assert answer.data.startswith(PDF[:8]) and answer.headers["Content-Disposition"].startswith("attachment")
    assert events(site) == ["guest.invited", "guest.code", "guest.entered", "guest.read", "guest.downloaded"]


def test_opening_the_link_changes_nothing_however_often_it_is_opened(site: Any) -> None:
    link = path_of(invite(site, query=f"document={filed(site)}"))
    scanner = site.stranger
    for method in ("get", "head", "get"):
        assert getattr(scanner.client, method)(link, base_url=scanner.base_url).status_code == 200
    assert letters(site, "works_guest_code") == 0
    assert events(site) == ["guest.invited"]
    assert come_in(site, f"http://x{link}").get("/works/guest").status_code == 200


def test_the_code_goes_to_the_address_of_the_invitation_and_to_no_other(site: Any) -> None:
    link = path_of(invite(site, query=f"document={filed(site)}"))
    browser = site.stranger
    post(browser, link, link, email="zlodziej@zly.example", address="zlodziej@zly.example")
    assert site.sql("SELECT DISTINCT address FROM outbox_items WHERE letter = 'works_guest_code'") == [(GUEST,)]
    page = browser.get("/works/guest/code").text
    assert GUEST not in page and "g•••@poza.example" in page


def test_a_forwarded_link_is_worth_nothing_without_the_mailbox(site: Any) -> None:
    link = invite(site, query=f"document={filed(site)}")
    thief, code = ask(site, link)
    assert gone(thief.get("/works/guest")), "the link and the cookie alone open nothing"
    owner, owners_code = ask(site, link)
    assert enter(thief, owners_code).status_code == 422, "a code counts in the browser that asked for it"
    assert enter(owner, code).status_code == 422
    assert enter(owner, owners_code).status_code == 303


def test_a_link_for_once_is_dead_after_the_entry_also_for_who_asked_before(site: Any) -> None:
    link = invite(site, query=f"document={filed(site)}")
    first, first_code = ask(site, link)
    second, second_code = ask(site, link)
    assert enter(first, first_code).status_code == 303
    assert gone(second.get(path_of(link))), "used twice"
    assert gone(enter(second, second_code))
    assert first.get("/works/guest").status_code == 200


def test_a_link_until_expiry_opens_again_with_a_new_code(site: Any) -> None:
    link = invite(site, query=f"document={filed(site)}", uses="until")
    for _visit in range(2):
        assert come_in(site, link).get("/works/guest").status_code == 200
    assert letters(site, "works_guest_code") == 2


@pytest.mark.parametrize("how", ["expired", "revoked", "inviter_left", "withdrawn", "left", "idle", "blocked"])
def test_a_visit_ends_at_the_next_click(site: Any, how: str) -> None:
    document = filed(site)
    link = invite(site, query=f"document={document}", uses="until")
    guest = come_in(site, link)
    assert guest.get("/works/guest").status_code == 200
    if how == "expired":
        site.sql("UPDATE works_guests SET expires_at = now() - interval '1 second'")
    elif how == "revoked":
        public_id = site.sql("SELECT public_id FROM works_guests")[0][0]
        assert site.sent("olga", f"{site.url}/guests/{public_id}/revoke", f"{site.url}/guests").status_code == 303
    elif how == "inviter_left":
        ewa = site.actor("ewa")
        site.do(lambda: _end(site, ewa, "marek"))
    elif how == "withdrawn":
        site.sql("UPDATE works_documents SET withdrawn_at = now() WHERE public_id = :d", d=document)
    elif how == "left":
        assert post(guest, "/works/guest/leave", "/works/guest").status_code == 200
    elif how == "blocked":
        site.sql("UPDATE accounts SET status = 'blocked' WHERE login = 'marek'")
    else:
        site.sql("UPDATE works_guest_visits SET seen_at = now() - interval '31 minutes'")
    assert gone(guest.get("/works/guest"))
    if how in ("expired", "revoked", "inviter_left", "blocked"):
        assert gone(site.stranger.get(path_of(link)))


def _end(site: Any, ewa: Any, login: str) -> None:
    here = place(ewa, site.id)
    found = next(one for one in queries.members(ewa, here) if one.login == login)
    sites.end_member(ewa, here, found.public_id)


def test_what_does_not_count_answers_alike(site: Any) -> None:
    """Unknown, cut, changed, used, expired, taken back: the same page, so that nobody learns which links there were."""
    document = filed(site)
    used = invite(site, query=f"document={document}")
    come_in(site, used)
    expired = invite(site, query=f"document={document}")
    site.sql("UPDATE works_guests SET expires_at = now() - interval '1 day' WHERE used_at IS NULL")
    alive = path_of(invite(site, query=f"document={document}"))
    pages = set()
    for path in (
        path_of(used),
        path_of(expired),
        "/works/guest/" + "x" * 43,
        alive[:-1],
        alive[:-1] + "!",
        "/works/guest",
    ):
        answer = site.stranger.get(path)
        assert gone(answer), path
        pages.add(plain(answer.text))
    assert len(pages) == 1
    assert site.stranger.get(alive).status_code == 200, "the control"


def test_guessing_a_code_ends_after_five_tries_also_with_the_right_one(site: Any) -> None:
    browser, code = ask(site, invite(site, query=f"document={filed(site)}"))
    for _try in range(5):
        assert enter(browser, "00000000" if code != "00000000" else "11111111").status_code == 422
    assert enter(browser, code).status_code == 422
    assert site.sql("SELECT count(*) FROM works_guest_visits WHERE came_at IS NOT NULL") == [(0,)]


def test_new_codes_do_not_make_guessing_endless(site: Any) -> None:
    link = invite(site, query=f"document={filed(site)}", uses="until")
    wrong, limited = 0, 0
    for _round in range(6):
        browser, code = ask(site, link)
        for _try in range(5):
            answer = enter(browser, "12345678" if code != "12345678" else "87654321")
            wrong += answer.status_code == 422
            limited += answer.status_code == 429
    assert wrong <= 20 and limited >= 10, "all codes of an invitation are counted together"
    again = post(site.stranger, path_of(link), path_of(link))
    assert again.status_code == 429 and int(again.headers["Retry-After"]) > 0, "nor is the mailbox flooded"


def test_a_code_dies_with_time_and_with_the_next_one(site: Any) -> None:
    link = invite(site, query=f"document={filed(site)}")
    browser, code = ask(site, link)
    assert post(browser, "/works/guest/again", "/works/guest/code").status_code == 303
    fresh = str(mail(site, "works_guest_code")["code"])
    assert enter(browser, code).status_code == 422
    site.sql("UPDATE works_guest_visits SET code_until = now() - interval '1 second'")
    assert enter(browser, fresh).status_code == 422


@pytest.mark.parametrize("typed", ["", "   ", "abc", "１２３４５６７８", "1" * 10_000, "' OR 1=1 --", "00000000\u202e"])
def test_what_is_no_code_is_refused_with_a_sentence(site: Any, typed: str) -> None:
    browser, _code = ask(site, invite(site, query=f"document={filed(site)}"))
    answer = enter(browser, typed)
    assert answer.status_code == 422 and "nieprawidłowy" in answer.text


def test_a_code_may_be_typed_with_spaces(site: Any) -> None:
    browser, code = ask(site, invite(site, query=f"document={filed(site)}"))
    assert enter(browser, f" {code[:4]} {code[4:]} ").status_code == 303


def test_the_cookie_is_another_one_after_the_entry_and_a_planted_one_is_worth_nothing(site: Any) -> None:
    link = invite(site, query=f"document={filed(site)}")
    victim, code = ask(site, link)
    planted = victim.client.get_cookie("osiedle_guest", domain=site.tenant.host.split(":")[0])
    assert planted is not None and planted.http_only and planted.domain == site.tenant.host.split(":")[0]
    attacker = site.stranger
    attacker.client.set_cookie("osiedle_guest", planted.value, domain=planted.domain)
    assert enter(victim, code).status_code == 303
    assert gone(attacker.get("/works/guest")), "who knew the cookie before is not inside after"
    inside = victim.client.get_cookie("osiedle_guest", domain=planted.domain)
    assert inside is not None and inside.value != planted.value
    two = f"osiedle_guest={'x' * 43}; osiedle_guest={inside.value}"
    bare = site.app.test_client(use_cookies=False)
    assert gone(bare.get("/works/guest", base_url=victim.base_url, headers={"Cookie": two}))


def test_no_secret_is_stored(site: Any) -> None:
    link = invite(site, query=f"document={filed(site)}")
    browser, code = ask(site, link)
    secret = path_of(link).rsplit("/", 1)[1]
    cookie = browser.client.get_cookie("osiedle_guest", domain=site.tenant.host.split(":")[0]).value
    for table in ("works_guests", "works_guest_visits", "works_events", "audit_entries", "outbox_items", "jobs"):
        stored = str(site.sql(f"SELECT to_jsonb(t) FROM {table} AS t"))
        assert not any(word in stored for word in (secret, code, cookie)), table


def test_pages_of_guests_are_neither_kept_nor_passed_on(site: Any) -> None:
    answer = site.stranger.get(path_of(invite(site, query=f"document={filed(site)}")))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in answer.headers["X-Robots-Tag"]


def test_links_that_lead_nowhere_cannot_be_tried_for_ever(site: Any) -> None:
    browser = site.stranger
    answers = [browser.get(f"/works/guest/{'y' * 40}{n:03d}").status_code for n in range(25)]
    assert answers[:20] == [404] * 20 and answers[-1] == 429


def test_two_with_right_codes_at_once_are_one(site: Any) -> None:
    """Both have a code of their own; the row decides."""
    link = invite(site, query=f"document={filed(site)}")
    asked = [ask(site, link) for _ in range(3)]
    answers = [enter(browser, code).status_code for browser, code in asked]
    assert sorted(answers) == [303, 404, 404]


def test_expiry_is_noted_once(site: Any) -> None:
    invite(site, query=f"document={filed(site)}")
    site.sql("UPDATE works_guests SET expires_at = now() - interval '1 hour'")
    assert site.do(guests.expire) == 1
    assert site.do(guests.expire) == 0
    assert events(site)[-1] == "guest.expired"
