"""The link of a letter by which an announcement is confirmed: one click more, no logging in, nothing by looking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app.gateways.mail import SmtpMailer, server
from app.outbox.sending import turn
from tests.features.accounts.conftest import Browser
from tests.features.announcements.conftest import FIRST, House
from tests.pages import inspect
from tests.post import Post

LINK = re.compile(r"https?://[^/]+(/confirm/[^\s\"<]+)")
READS = (
    "SELECT a.login, r.channel, r.confirmed_at IS NOT NULL FROM announcement_reads r "
    "JOIN accounts a ON a.id = r.account_id"
)
TOLD = (
    "SELECT e.note, i.address FROM delivery_events e JOIN outbox_items i ON i.id = e.item_id WHERE e.kind = 'confirmed'"
)


@pytest.fixture
def box() -> Iterator[Post]:
    with Post() as running:
        yield running


@pytest.fixture
def stranger(house: House) -> Browser:
    """Somebody who never logs in."""
    return Browser(house.app, house.tenant)


def _letters(house: House, box: Post) -> dict[str, tuple[str, str]]:
    """What was sent, by address: the path of the link, and the whole text."""
    house.run_jobs("announcements.tell")
    with house.bound():
        mailer = SmtpMailer(server(box.url))
        turn("bulk", mailer, 20)
        turn("urgent", mailer, 5)
        mailer.close()
    found = {}
    for to, message in box.messages:
        text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
        links = {*LINK.findall(text), *LINK.findall(html)}
        assert len(links) <= 1
        found[to] = (links.pop() if links else "", text)
    return found


@pytest.mark.parametrize("tell", ["notice", "mailout"])
def test_one_click_and_one_button_confirm_without_logging_in(
    house: House, office: Any, box: Post, stranger: Browser, tell: str
) -> None:
    public_id = house.published(office, confirm="y", tell=tell, **FIRST)
    letters = _letters(house, box)
    path, words = letters["anna@poczta.example"]
    assert "Zarządca prosi o potwierdzenie" in words
    assert path != letters["lodger@poczta.example"][0], "each letter has a link of its own"
    for _scanner in range(2):
        page = inspect(stranger.get(path))
        assert "Potwierdzam" in page and "Przerwa w dostawie wody" in page
    assert stranger.client.head(path, base_url=stranger.base_url).status_code == 200
    assert house.sql(READS) == [], "who only looks confirms nothing"
    assert stranger.post(path, {}, form=path).status_code == 303
    assert "Dziękujemy" in inspect(stranger.get(path))
    assert house.sql(READS) == [("anna", "email", True)]
    assert house.sql(TOLD) == [("by_letter", "anna@poczta.example")]
    stranger.post(path, {}, form="/login")
    assert len(house.sql(TOLD)) == 1, "a second time changes nothing"
    readers = inspect(office.get(f"/admin/announcements/{public_id}/readers?view=confirmed"))
    assert "Anna" in readers and "z e-maila" in readers
    assert "Potwierdzono przeczytanie" in inspect(house.browser("anna").get(f"/news/{public_id}"))


def test_a_letter_about_what_needs_no_confirming_has_no_link(house: House, office: Any, box: Post) -> None:
    house.published(office, **FIRST)
    assert _letters(house, box)["anna@poczta.example"][0] == ""


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE announcements SET expires_at = now() - interval '1 minute', published_at = now() - interval '1 day'",
        "UPDATE announcements SET state = 'withdrawn', withdrawn_at = now()",
    ],
)
def test_the_link_ends_with_the_announcement(
    house: House, office: Any, box: Post, stranger: Browser, end: str
) -> None:
    house.published(office, confirm="y", **FIRST)
    path, _words = _letters(house, box)["anna@poczta.example"]
    house.sql(end)
    assert "nieaktualne" in inspect(stranger.get(path))
    answer = stranger.post(path, {}, form="/login")
    assert answer.status_code == 200 and "nieaktualne" in answer.text
    assert house.sql(READS) == []


def test_links_that_nobody_signed_are_not_there(house: House, office: Any, box: Post, stranger: Browser) -> None:
    first = house.published(office, confirm="y", **FIRST)
    path, _words = _letters(house, box)["anna@poczta.example"]
    assert first
    for wrong in (path[:-3] + "AAA", path + "x", "/confirm/a", "/confirm/" + "x" * 5000, path.replace(".", "..", 1)):
        assert stranger.get(wrong).status_code == 404, wrong
        assert stranger.post(wrong, {}, form="/login").status_code == 404, wrong
    house.sql("UPDATE announcements SET confirm = false")
    assert stranger.get(path).status_code == 404


def test_a_link_of_another_manager_is_not_there(
    house: House, office: Any, box: Post, new_tenant: Any, app: Any
) -> None:
    house.published(office, confirm="y", **FIRST)
    path, _words = _letters(house, box)["anna@poczta.example"]
    assert Browser(app, new_tenant()).get(path).status_code == 404
