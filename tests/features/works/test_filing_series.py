"""Series: what is handed in by week, what is missing, who is reminded, photographs without what they hide."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from app.core.clock import today
from app.works.access import place
from app.works.filing import mails, series, weeks
from tests.features.works.filing_steps import GPS, add, begun, photo, week


def put(site: Any, of: str, *files: bytes, who: str = "wojtek", ago: int = 0, **more: Any) -> Any:
    """Add photographs by the form without a script."""
    url = f"{site.url}/files/series/{of}/{week(ago)}"
    given = [(BytesIO(content), f"foto{number}.jpg") for number, content in enumerate(files)]
    return site.sent(who, url, files=given, **more)


def states(site: Any, of: str, login: str = "olga") -> list[str]:
    """The states of the weeks, newest first."""
    who = site.actor(login)
    return [one.state for one in site.do(lambda: series.one(place(who, site.id), of)).weeks]


def test_weeks_begin_on_monday_and_the_year_may_have_53() -> None:
    assert weeks.monday(date(2027, 1, 3)) == date(2026, 12, 28)
    assert weeks.label(date(2026, 12, 28)) == "tydzień 53/2026"
    assert weeks.span(date(2026, 12, 28)) == "28.12.2026 – 3.01.2027"
    assert weeks.label(date(2027, 1, 4)) == "tydzień 1/2027"
    found = weeks.expected(date(2026, 12, 23), None, 1, date(2027, 1, 12))
    assert [weeks.label(one) for one in found] == ["tydzień 52/2026", "tydzień 53/2026", "tydzień 1/2027",
                                                   "tydzień 2/2027"]  # fmt: skip
    assert weeks.expected(date(2026, 1, 1), date(2026, 1, 20), 2, date(2027, 1, 1)) == [date(2025, 12, 29),
                                                                                      date(2026, 1, 12)]  # fmt: skip
    assert weeks.expected(date(2026, 3, 1), None, 1, date(2026, 2, 1)) == []
    for odd in ("", "2026-13-01", "x" * 10_000, "0001-01-01", "9999-12-31", None):
        assert weeks.week_of(odd) is None


def test_missing_weeks_stand_in_words_and_those_handed_in_do_not(site: Any) -> None:
    of = begun(site, weeks_ago=3)
    assert put(site, of, photo(), ago=2).status_code == 303
    assert states(site, of) == ["due", "missing", "late", "missing"]
    page = site.enter("adam").get(f"{site.url}/files/series/{of}").text
    assert "Brakuje 2 tygodni" in page and "dodano po terminie" in page
    assert "brakuje 2 tygodni" in site.enter("adam").get(f"{site.url}/files").text
    assert "W tym tygodniu brakuje zdjęć" in site.enter("adam").get(f"{site.url}/files/series/{of}/{week(1)}").text


def test_what_is_due_stands_on_the_first_page(site: Any) -> None:
    begun(site, weeks_ago=1)
    page = site.enter("wojtek").get(site.url).text.split('id="documents"')[0]
    assert "Elewacja północna" in page and "po terminie" in page and "odpowiada: Wojtek Wykonawca" in page


def test_photographs_of_a_week_are_one_document_and_each_is_there_once(site: Any) -> None:
    of = begun(site)
    assert put(site, of, photo("red"), photo("blue")).status_code == 303
    assert put(site, of, photo("red"), photo("green"), who="wanda").status_code == 303
    assert site.sql("SELECT count(*) FROM works_documents") == [(1,)]
    assert site.sql("SELECT count(*) FROM works_files") == [(3,)]
    again = put(site, of, photo("red"))
    assert "Te zdjęcia już tu są" in site.enter("wojtek").get(again.headers["Location"]).text


def test_a_photograph_is_turned_upright_and_tells_no_place(site: Any) -> None:
    of = begun(site)
    put(site, of, photo(size=(64, 48), turned=True))
    found = site.sql(
        "SELECT d.public_id, f.public_id FROM works_documents d JOIN works_files f ON f.document_id = d.id"
    )
    document, file = found[0]
    kept = site.enter("adam").get(f"{site.url}/files/{document}/file/{file}").data
    with Image.open(BytesIO(kept)) as picture:
        assert picture.size == (48, 64)
        assert not picture.getexif().get_ifd(GPS) and not picture.getexif()


def test_the_day_in_the_photograph_says_its_week(site: Any) -> None:
    of = begun(site, weeks_ago=5)
    then = today() - timedelta(weeks=3)
    answer = put(site, of, photo("red", then), photo("blue"), by="taken")
    assert answer.status_code == 303
    rows = site.sql("SELECT d.week_on, f.taken_on FROM works_documents d JOIN works_files f ON f.document_id = d.id "
                    "ORDER BY 1")  # fmt: skip
    assert rows == [(weeks.monday(then), then), (weeks.monday(today()), None)]
    put(site, of, photo("green", then))
    assert (
        "1 zdjęcie zrobiono w innym tygodniu" in site.enter("adam").get(f"{site.url}/files/series/{of}/{week()}").text
    )


def test_a_day_that_is_nonsense_is_no_day(site: Any) -> None:
    from app.works.filing.photos import taken_on

    assert taken_on(BytesIO(photo(taken=date(2099, 1, 1)))) is None
    assert taken_on(BytesIO(photo())) is None
    assert taken_on(BytesIO(b"\xff\xd8\xff nothing")) is None
    assert taken_on(BytesIO(photo(taken=date(2026, 3, 4)))) == date(2026, 3, 4)


def test_an_exe_by_the_name_of_a_photograph_is_refused(site: Any) -> None:
    of = begun(site)
    answer = put(site, of, b"MZ\x90\0" + b"x" * 500)
    assert answer.status_code == 422
    assert "nie przyjmujemy" in answer.text
    assert site.sql("SELECT count(*) FROM works_documents") == [(0,)]


def test_too_many_at_once_are_told_how_many(site: Any) -> None:
    of = begun(site)
    small = [photo("red", size=(2, 2))] * 21
    answer = put(site, of, *small)
    assert answer.status_code == 422
    assert "najwyżej 20" in answer.text


@pytest.mark.parametrize("when", ["2999-01-05", "2026-11-17", "nic", "2026-13-01"])
def test_only_mondays_that_have_come_are_weeks(site: Any, when: str) -> None:
    of = begun(site)
    assert site.enter("wojtek").get(f"{site.url}/files/series/{of}/{when}").status_code == 404


def test_who_is_responsible_is_reminded_once_of_each_missing_week(site: Any) -> None:
    of = begun(site, weeks_ago=2)
    put(site, of, photo(), ago=2)
    for _night in range(2):
        site.do(lambda: mails.remind(today()))
    letters = site.sql("SELECT address, cause FROM outbox_items WHERE letter = 'works_missing'")
    assert letters == [("wojtek@firma.example", f"works-missing:{of}:{week(1)}")]


def test_an_old_series_does_not_send_a_letter_for_each_week(site: Any) -> None:
    begun(site, weeks_ago=40)
    site.do(lambda: mails.remind(today()))
    assert site.sql("SELECT count(*) FROM outbox_items WHERE letter = 'works_missing'")[0][0] <= 2


def test_reports_of_a_series_are_handed_in_by_week(site: Any) -> None:
    of = begun(site, "Tygodniowy raport kierownika budowy", "report", weeks_ago=1, who="marek")
    assert states(site, of) == ["due", "missing"]
    asked = f"{site.url}/files/new?folder=reports&series={of}&week={week(1)}"
    assert f'value="{week(1)}"' in site.enter("marek").get(asked).text
    lacking = site.sent("marek", f"{site.url}/files/new", asked, folder="reports", title="", series=of,
                        files=(BytesIO(b"x"), "r.txt"))  # fmt: skip
    assert "Podaj tydzień" in lacking.text
    url = add(site, "marek", "reports", "", series=of, week=week(1))
    assert "Tygodniowy raport kierownika budowy – tydzień" in site.enter("olga").get(url).text
    assert states(site, of) == ["due", "late"]
    page = site.enter("olga").get(f"{site.url}/files/series/{of}").text
    assert f"{url.rpartition('/')[2]}/download" in page


def test_two_weeks_stand_side_by_side(site: Any) -> None:
    of = begun(site)
    put(site, of, photo("red"), ago=2)
    put(site, of, photo("blue"))
    page = site.enter("olga").get(f"{site.url}/files/series/{of}/compare?a={week(2)}&b={week()}").text
    assert page.count('aria-labelledby="side-') == 2
    assert site.enter("olga").get(f"{site.url}/files/series/{of}/compare?a=nic&b=%27").status_code == 200


def test_one_begins_a_series_for_oneself_and_who_manages_for_others(site: Any) -> None:
    page = f"{site.url}/files/series/new"

    def member(login: str) -> str:
        found = "SELECT m.public_id FROM works_members m JOIN accounts a ON a.id = m.account_id "
        return str(site.sql(found + "WHERE a.login = :login AND m.left_at IS NULL", login=login)[0][0])

    typed = {"title": "Dach", "weekday": "5", "every": "1", "starts_on": "2026-11-02"}
    assert site.sent("wanda", page, **typed, member=member("marek")).status_code == 422
    assert site.sent("wanda", page, **typed, member=member("wanda")).status_code == 303
    assert "już jest" in site.sent("olga", page, **{**typed, "title": "dach"}, member=member("marek")).text
    of = site.sql("SELECT public_id FROM works_series")[0][0]
    edit = f"{site.url}/files/series/{of}/edit"
    assert site.enter("adam").get(edit).status_code == 404
    ended = {**typed, "title": "Dach płaski", "ends_on": "2026-11-08", "member": member("wanda")}
    assert site.sent("wanda", edit, **ended).status_code == 303
    assert "Dach płaski" in site.enter("adam").get(f"{site.url}/files").text
    for odd in (
        {"every": "9"},
        {"weekday": "x"},
        {"starts_on": "1000-01-01"},
        {"ends_on": "2025-01-01"},
        {"title": ""},
    ):
        assert site.sent("wanda", edit, **{**ended, **odd}).status_code == 422, odd
