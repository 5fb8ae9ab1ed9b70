"""Sites: who comes in, what the first page says, who may change what."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.errors import NotThere, Refused
from app.works import commands, queries
from app.works.access import place
from app.works.rules import Right


def test_members_come_in_and_everybody_else_finds_nothing(site: Any) -> None:
    for login in ("olga", "adam", "wojtek", "ewa", "hanna", "irena"):
        assert site.enter(login).get(site.url).status_code == 200, login
    for login in ("obcy", "gap", "O1"):
        assert site.enter(login).get(site.url).status_code == 404, login
    assert site.stranger.get(site.url).status_code == 302


def test_the_bar_holds_exactly_four(site: Any) -> None:
    page = site.enter("adam").get(site.url).text
    bar = page.split('class="wrap works-bar', 1)[1].split("</nav>", 1)[0]
    words = [part.split("</a>")[0].rpartition(">")[2].strip() for part in bar.split("<li>")[1:]]
    assert words == ["poczta", "moje dane", "pliki", "ustawienia"]


def test_a_collaborator_of_one_site_lands_in_it(site: Any) -> None:
    assert site.enter("adam").get("/").headers["Location"] == "/works/"
    assert site.enter("adam").get("/works/").headers["Location"] == site.url
    assert "Nie bierzesz udziału" in site.enter("gap").get("/works/").text


def test_a_collaborator_sees_nothing_of_residents_or_the_office(site: Any) -> None:
    for path in ("/payments", "/me", "/documents", "/admin/", "/admin/residents", "/messages"):
        assert site.enter("adam").get(path).status_code == 404, path


def test_who_leaves_is_out_at_the_next_click(site: Any) -> None:
    ewa = site.actor("ewa")
    assert site.enter("wojtek").get(site.url).status_code == 200

    def end() -> None:
        here = place(ewa, site.id)
        wojtek = next(one for one in queries.members(ewa, here) if one.login == "wojtek")
        commands.end_member(ewa, here, wojtek.public_id)

    site.do(end)
    assert site.enter("wojtek").get(site.url).status_code == 404


def test_the_last_owner_stays(site: Any) -> None:
    olga = site.actor("olga")

    def end() -> None:
        here = place(olga, site.id)
        commands.end_member(olga, here, here.member_public_id or "")

    with pytest.raises(Refused):
        site.do(end)


def test_nobody_gives_what_is_not_theirs(site: Any) -> None:
    marek, gap = site.actor("marek"), site.actor("gap")

    def make_owner() -> None:
        commands.add_member(marek, place(marek, site.id), gap.account_id or 0, "Gap", "owner")

    with pytest.raises(NotThere):
        site.do(make_owner)
    assert Right.MANAGE not in site.do(lambda: place(marek, site.id)).rights


def test_a_closed_site_is_read_only(site: Any) -> None:
    ewa, olga = site.actor("ewa"), site.actor("olga")
    site.do(lambda: commands.close_site(ewa, place(ewa, site.id)))
    assert "zamknięta" in site.enter("adam").get(site.url).text
    with pytest.raises(Refused):
        site.do(lambda: place(olga, site.id).must_work_here())
