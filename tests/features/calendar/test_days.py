"""Kalendarz: what is on the days of a unit, as a month and as a list, and what is expected from the habit."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest

from app.calendar import rules
from app.calendar.rules import Event, Habit
from app.core.clock import today
from tests.pages import inspect

PAGE = "/payments/calendar"


def month_page(browser: Any, day: date, more: str = "") -> str:
    page: str = inspect(browser.get(f"{PAGE}?unit=L1&month={day:%Y-%m}{more}"))
    return page.replace("\u00a0", " ")


def test_s3_12_a_month_shows_dues_payments_and_settlements_on_their_days(books: Any, people: Any) -> None:
    day = date(2026, 3, 2)
    books.book("K1", "L1", "charge", day, 80000, "Czynsz", due=date(2026, 3, 15), period="2026-03")
    books.book("K2", "L1", "charge", day, 20000, "Woda", due=date(2026, 3, 15), period="2026-03")
    books.book("K3", "L1", "payment", date(2026, 3, 12), -60000, "Przelew")
    books.book("K4", "L1", "payment", date(2026, 3, 12), -40000, "Przelew")
    books.book("K5", "L1", "settlement", date(2026, 3, 20), -5250, "Rozliczenie wody")
    books.book("K6", "L1", "correction", day, 7700, "Przeksięgowanie", due=date(2026, 3, 25))
    books.sql(
        "INSERT INTO meters (since_revision, serial, unit_code, medium, location, verified_until) VALUES "
        "(1, 'W-1', 'L1', 'cold_water', 'łazienka', '2026-03-31'), (1, 'W-2', 'L2', 'heat', NULL, '2026-03-31')"
    )
    books.sql(
        "INSERT INTO media_settlements (since_revision, number, unit_code, medium, from_on, to_on, cost, advances, "
        "balance) VALUES (1, 'R1', 'L1', 'cold_water', '2025-10-01', '2026-03-31', 30000, 31000, -1000)"
    )
    page = month_page(people("anna"), day)
    cells = {
        int(found[1]): re.sub(r"<[^>]+>", " ", found[0])
        for found in re.findall(r'(<td class="cal-day.*?cal-short">(\d+)<.*?</td>)', page, re.DOTALL)
    }
    assert len(cells) == 31
    assert "Do zapłaty" in cells[15] and "1 000,00 zł" in cells[15]
    assert "Wpłata" in cells[12] and "1 000,00 zł" in cells[12], "a transfer booked in parts is one"
    assert "zwrot 52,50 zł" in cells[20]
    assert "Koniec legalizacji" in cells[31] and "W-1" in cells[31] and "W-2" not in page
    assert "Koniec okresu" in cells[31] and "zwrot 10,00 zł" in cells[31]
    assert "Przeksięgowanie" not in page and "77,00" not in page
    listed = month_page(people("anna"), day, "&view=list")
    for words in ("marzec 2026 – maj 2026", "15.03.2026", "1 000,00 zł", "W-1", "W tym miesiącu nie ma"):
        assert words in listed, words


def test_the_months_before_and_after_are_one_step_away(people: Any) -> None:
    page = month_page(people("anna"), date(2026, 1, 1))
    assert re.search(r'href="\?[^"]*month=2025-12[^"]*" rel="prev"', page)
    assert re.search(r'href="\?[^"]*month=2026-02[^"]*" rel="next"', page)
    listed = month_page(people("anna"), date(2026, 1, 1), "&view=list")
    assert re.search(r'href="\?[^"]*month=2025-10[^"]*" rel="prev"', listed) and "view=list" in listed


@pytest.mark.parametrize("month", ["", "2026-13", "x", "2026-1", "0001-01", "9999-12", "²026-01", "x" * 10_000])
def test_a_month_that_is_none_is_this_month(people: Any, month: str) -> None:
    answer = people("anna").get(PAGE, query_string={"month": month, "unit": "L1"})
    assert answer.status_code == 200 and "dziś" in inspect(answer)


@pytest.mark.parametrize("month", ["1990-01", "2100-12"])
def test_the_first_and_the_last_month_have_neighbours(people: Any, month: str) -> None:
    for view in ("", "&view=list"):
        inspect(people("anna").get(f"{PAGE}?unit=L1&month={month}{view}"))


def test_a_day_to_come_is_expected_by_habit_and_present_rates(books: Any, people: Any) -> None:
    first = today().replace(day=1)
    books.sql("INSERT INTO components (since_revision, code, name, basis) VALUES (1, 'EKS', 'Eksploatacja', 'm2')")
    books.sql(
        "INSERT INTO charges (since_revision, unit_code, component_code, from_on, quantity, price, amount) "
        "VALUES (1, 'L1', 'EKS', '2024-01-01', 48.5, 3, 14550)"
    )
    books.book("K1", "L1", "charge", first, 14550, "Czynsz", due=first + timedelta(days=9), period=f"{first:%Y-%m}")
    page = month_page(people("anna"), rules.moved(first, 2))
    assert "Do zapłaty (przewidywane)" in page and "145,50 zł" in page
    assert "Do zapłaty (przewidywane)" not in month_page(people("anna"), first)


def test_a_lodger_and_a_stranger_see_no_days_of_the_owners_account(books: Any, people: Any) -> None:
    books.book("K1", "L1", "charge", today(), 80000, "Czynsz", due=today(), period=f"{today():%Y-%m}")
    assert "800,00" not in inspect(people("lodger").get(PAGE))
    for who in ("lodger", "buyer", "nobody"):
        assert people(who).get(f"{PAGE}?unit=L1").status_code == 404, who
    inspect(people("nobody").get(PAGE))


def test_entries_of_a_seller_are_not_on_the_buyers_days(books: Any, people: Any) -> None:
    day = today() - timedelta(days=40)
    page = inspect(people("buyer").get(f"{PAGE}?month={day:%Y-%m}&unit=L3"))
    assert "777,00" not in page.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("last_month", "due", "day", "expected"),
    [
        (date(2026, 10, 1), date(2026, 10, 15), date(2026, 11, 21), date(2026, 12, 15)),
        (date(2026, 11, 1), date(2026, 12, 10), date(2026, 11, 21), date(2027, 1, 10)),
        (date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 21), date(2026, 12, 31)),
        (date(2027, 1, 1), date(2027, 1, 31), date(2027, 1, 21), date(2027, 2, 28)),
    ],
)
def test_the_habit_of_due_days(last_month: date, due: date, day: date, expected: date) -> None:
    assert rules.expected(rules.habit(last_month, due), day)[0][1] == expected


def test_a_year_ahead_and_no_more_is_expected() -> None:
    found = rules.expected(Habit(date(2026, 11, 1), 0, 10), date(2026, 11, 21))
    assert len(found) == 12 and found[-1] == (date(2027, 11, 1), date(2027, 11, 10))
    assert rules.expected(Habit(date(2020, 1, 1), 0, 10), date(2026, 11, 21)) == []


def test_a_month_is_laid_out_from_monday_to_sunday() -> None:
    event = Event(date(2026, 11, 30), "due", "L1", 100)
    weeks = rules.weeks(date(2026, 11, 1), [event])
    assert all(len(week) == 7 for week in weeks) and weeks[0][6].date == date(2026, 11, 1)
    assert weeks[-1][0].events == (event,) and weeks[-1][1].date is None
