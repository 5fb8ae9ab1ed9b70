"""What goes wrong now stands above every page of whom it concerns, until it ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.announcements.queries import board
from app.core.clock import local, now
from tests.features.accounts.conftest import Browser
from tests.features.announcements.conftest import FIRST, House
from tests.pages import inspect

TITLE = "Brak ciepłej wody"
PAGES = ("/payments", "/me", "/news", "/messages", "/settings", "/documents")


def failing(house: House, office: Any, **values: Any) -> str:
    end = local(now() + timedelta(hours=5))
    times = {"importance": "failure", "ends_day": f"{end:%Y-%m-%d}", "ends_hour": f"{end:%H:%M}"}
    found = house.published(office, title=TITLE, **times, **values)
    board.forget_all()
    return found


def test_it_stands_on_every_page_and_at_the_log_in_when_it_concerns_everybody(house: House, office: Any) -> None:
    failing(house, office)
    anna = house.browser("anna")
    for path in PAGES:
        page = inspect(anna.get(path))
        assert TITLE in page.partition("<h1")[0], path
    stranger = inspect(Browser(house.app, house.tenant).get("/login"))
    assert TITLE in stranger and "Przewidywany koniec" in stranger and "/news/" not in stranger


def test_several_fold_into_one_line_so_that_the_balance_stays_in_sight(house: House, office: Any) -> None:
    failing(house, office)
    anna = house.browser("anna")
    alone = inspect(anna.get("/payments")).partition('aria-label="Awarie"')[2].partition("</section>")[0]
    assert TITLE in alone and "<details" not in alone
    failing(house, office)
    shown = inspect(anna.get("/payments")).partition('aria-label="Awarie"')[2].partition("</section>")[0]
    line, _, unfolded = shown.partition("</summary>")
    assert "Awarie (2)" in line and line.count(TITLE) == 2
    assert unfolded.count(TITLE) == unfolded.count("Przewidywany koniec") == unfolded.count("Szczegóły") == 2


def test_one_of_a_single_house_is_told_to_that_house_alone(house: House, office: Any) -> None:
    failing(house, office, **FIRST)
    assert TITLE in inspect(house.browser("anna").get("/payments"))
    assert TITLE not in inspect(house.browser("celina").get("/payments"))
    assert TITLE not in inspect(Browser(house.app, house.tenant).get("/login"))


def test_it_goes_away_when_it_ends_and_when_it_is_taken_back(house: House, office: Any) -> None:
    public_id = failing(house, office)
    anna = house.browser("anna")
    house.sql("UPDATE announcements SET published_at = now() - interval '2 days', ends_at = now() - interval '1 hour'")
    assert TITLE not in inspect(anna.get("/payments"))
    assert "Awaria zakończyła się" in inspect(anna.get(f"/news/{public_id}"))
    second = failing(house, office)
    assert TITLE in inspect(anna.get("/payments"))
    here = f"/admin/announcements/{second}"
    office.post(f"{here}/withdraw", {}, form=here)
    assert TITLE not in inspect(anna.get("/payments"))


def test_the_end_can_be_moved(house: House, office: Any) -> None:
    public_id = failing(house, office)
    here = f"/admin/announcements/{public_id}/edit"
    ((version,),) = house.sql("SELECT version FROM announcements")
    data = {"title": TITLE, "body": "Dłużej.", "importance": "failure", "ends_day": "2031-05-06", "ends_hour": "7:08",
            "version": str(version)}  # fmt: skip
    assert office.post(here, data, form=here).status_code == 303
    board.forget_all()
    assert "06.05.2031, 07:08" in inspect(house.browser("anna").get("/payments"))


def test_words_of_people_are_never_markup(house: House, office: Any) -> None:
    end = local(now() + timedelta(hours=5))
    bad = "<script>alert(1)</script> {{ 7*7 }} <img src=x onerror=y>"
    house.published(
        office, title=bad, body=f"{bad}\n\n[x](javascript:alert(1)) ![y](http://evil.example/a.png)",
        importance="failure", ends_day=f"{end:%Y-%m-%d}", ends_hour=f"{end:%H:%M}",
    )  # fmt: skip
    board.forget_all()
    for path in ("/news", "/payments"):
        page = inspect(house.browser("anna").get(path))
        assert "<script>alert" not in page and "onerror=y>" not in page.replace("onerror=y&gt;", "")
        assert "49" not in page.partition("<main")[2].partition("</main>")[0].partition("Awaria")[2][:400]
    ((public_id,),) = house.sql("SELECT public_id FROM announcements")
    page = inspect(house.browser("anna").get(f"/news/{public_id}"))
    assert 'href="javascript' not in page and "evil.example" not in page and "{{ 7*7 }}" in page


@pytest.mark.parametrize("hostile", ["x" * 300, "..%2f..%2fetc", "1", "żółć", "' OR 1=1 --"])
def test_ids_that_are_none_answer_as_if_there_were_nothing(house: House, office: Any, hostile: str) -> None:
    anna = house.browser("anna")
    for path in (f"/news/{hostile}", f"/news/{hostile}/files/x", f"/news/{hostile}/pictures/x"):
        assert anna.get(path).status_code == 404
    for deed in ("", "/edit", "/readers", "/notice.pdf", "/files/x", "/pictures/x"):
        assert office.get(f"/admin/announcements/{hostile}{deed}").status_code == 404
