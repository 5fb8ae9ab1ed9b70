"""Residents tell what their meters show, in a window: what is taken, what is asked about, what cannot be."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from app.core import work
from app.core.actor import system
from app.core.clock import today
from app.core.public_ids import new_public_id
from app.meters.commands import windows
from tenants.context import bind
from tests.features.finances.books import House
from tests.features.imports.doing import change
from tests.features.meters.telling import opened, page_of, rows, tell
from tests.features.meters.test_register import meter, reading

LAST = today() - timedelta(days=60)
LIVE = "SELECT value, state, source, explanation, doubts FROM reported_readings WHERE live ORDER BY serial"


@pytest.fixture
def read(house: House) -> House:
    """The unit L1 with a meter of cold water that uses 0,2 m³ a day, L2 with another."""
    house.publish(
        [],
        meters=[meter("W1", location="łazienka"), meter("W2", unit="L2"), meter("C1", medium="cw")],
        readings=[reading("W1", LAST - timedelta(days=200), "100"), reading("W1", LAST, "140")],
    )
    return house


def test_that_a_reading_with_a_comma_is_taken_and_confirmed(read: House) -> None:
    window, anna = opened(read), read.enter()
    menu = anna.get("/media/meters").get_data(as_text=True)
    assert page_of(window) in menu.replace("&amp;", "&")
    answer = tell(anna, window, ("W1", " 152,25 "))
    assert answer.status_code == 303
    receipt = anna.get(answer.headers["Location"]).get_data(as_text=True)
    assert "152,25 m³" in receipt and "przyjęty" in receipt
    shown = anna.get("/media/meters").get_data(as_text=True)
    assert "podany w portalu" in shown and "12,25 m³" in shown
    ((value, state, source, _words, doubts),) = rows(read, LIVE)
    assert (str(value), state, source, doubts) == ("152.250", "accepted", "portal", [])


@pytest.mark.parametrize("value", ["abc", "-5", "1,2345", "99999999999", "7" * 10_000])
def test_that_what_is_no_reading_is_refused_with_a_sentence(read: House, value: str) -> None:
    window, anna = opened(read), read.enter()
    answer = tell(anna, window, ("W1", value))
    assert answer.status_code == 422
    assert 'id="value-0-error"' in answer.get_data(as_text=True)
    assert rows(read, LIVE) == []


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ((today() + timedelta(days=1)).isoformat(), "przyszłości"),
        ((today() - timedelta(days=21)).isoformat(), "Podaj odczyt z dnia od"),
        ("2026-02-30", "Podaj dzień"),
        ("jutro", "Podaj dzień"),
        ("", "Podaj dzień"),
    ],
)
def test_that_impossible_days_are_refused(read: House, day: str, sentence: str) -> None:
    answer = tell(read.enter(), opened(read), ("W1", "150"), day=day)
    assert answer.status_code == 422 and sentence in answer.get_data(as_text=True)
    assert rows(read, LIVE) == []


def test_that_a_day_before_the_last_reading_is_refused(read: House) -> None:
    window = opened(read, reads_from=today() - timedelta(days=200))
    answer = tell(read.enter(), window, ("W1", "150"), day=(LAST - timedelta(days=1)).isoformat())
    assert answer.status_code == 422 and "Mamy już późniejszy odczyt" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [("139,999", "To mniej niż poprzednio"), ("940", "To dużo więcej niż zwykle"), ("140", "zużycie wyniosłoby zero")],
)
def test_that_an_odd_reading_is_a_question_not_a_wall(read: House, value: str, sentence: str) -> None:
    window, anna = opened(read), read.enter()
    asked = tell(anna, window, ("W1", value))
    page = asked.get_data(as_text=True)
    assert asked.status_code == 422 and sentence in page and "Ostatnio było 140 m³" in page
    assert f'value="{value}"' in page and 'name="sure-0"' in page
    assert rows(read, LIVE) == []
    kept = tell(anna, window, ("W1", value), sure_0="1", words_0="Nowy licznik")
    assert kept.status_code == 303
    ((_value, state, _source, words, doubts),) = rows(read, LIVE)
    assert (state, words) == ("doubtful", "Nowy licznik") and len(doubts) == 1
    shown = anna.get("/media/meters").get_data(as_text=True)
    assert "Czeka na sprawdzenie" in shown and "800 m³" not in shown


def test_that_anothers_meter_is_not_there(read: House) -> None:
    window, anna = opened(read), read.enter()
    assert tell(anna, window, ("W1", "150"), ("W2", "3")).status_code == 404
    assert tell(anna, window, ("C1", "3")).status_code == 404  # of a medium that the window does not ask for
    assert anna.get(page_of(window, "L2")).status_code == 404
    assert rows(read, LIVE) == []


def test_that_a_double_click_is_one_reading(read: House) -> None:
    window, anna, key = opened(read), read.enter(), new_public_id()
    first = tell(anna, window, ("W1", "150"), form_key=key)
    second = tell(anna, window, ("W1", "150"), form_key=key)
    assert first.headers["Location"] == second.headers["Location"]
    assert rows(read, "SELECT count(*) FROM reported_readings")[0][0] == 1


def test_that_another_cannot_use_the_key_of_a_form(read: House) -> None:
    window, key = opened(read), new_public_id()
    tell(read.enter(), window, ("W1", "150"), form_key=key)
    assert tell(read.enter("P2", ("L2",)), window, ("W2", "3"), unit="L2", form_key=key).status_code == 404


def test_that_a_correction_counts_and_the_first_is_kept(read: House) -> None:
    window, anna = opened(read), read.enter()
    first = tell(anna, window, ("W1", "150")).headers["Location"]
    assert tell(anna, window, ("W1", "151,5"), day=(today() - timedelta(days=2)).isoformat()).status_code == 303
    found = rows(read, "SELECT value, live, replaced_by IS NOT NULL FROM reported_readings ORDER BY id")
    assert [(str(value), live, replaced) for value, live, replaced in found] == [
        ("150.000", False, True),
        ("151.500", True, False),
    ]
    assert "zastąpiony nowszym" in anna.get(first).get_data(as_text=True)


def test_that_a_closed_window_takes_nothing(read: House) -> None:
    window, anna = opened(read), read.enter()
    page = anna.get(page_of(window)).get_data(as_text=True)
    assert "Wyślij" in page
    with read.app.app_context(), bind(read.tenant):
        windows.close(system("tests"), window)
        work.commit()
    assert tell(anna, window, ("W1", "150")).status_code in (400, 422)
    assert "To okno odczytów jest zamknięte" in anna.get(page_of(window)).get_data(as_text=True)
    assert rows(read, LIVE) == []


def test_that_a_receipt_is_nobody_elses_and_is_mailed_when_asked(read: House, post: Any) -> None:
    window, anna = opened(read), read.enter()
    address = tell(anna, window, ("W1", "150")).headers["Location"]
    assert read.enter("P2", ("L2",)).get(address).status_code == 404
    page = anna.get(address).get_data(as_text=True)
    from tests.town import token

    for _twice in range(2):
        assert anna.post(f"{address}/mail", data={"csrf_token": token(page)}).status_code == 303
    assert rows(read, "SELECT count(*) FROM outbox_items WHERE letter = 'reading_receipt'")[0][0] == 1


def _picture() -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(made, "JPEG")
    made.seek(0)
    return made


def test_that_a_photograph_is_asked_for_kept_over_a_question_and_seen_by_its_own(read: House) -> None:
    window, anna = opened(read, photo="required"), read.enter()
    without = tell(anna, window, ("W1", "150"))
    assert without.status_code == 422 and "Dodaj zdjęcie" in without.get_data(as_text=True)
    asked = tell(anna, window, ("W1", "1"), photo_0=(_picture(), "licznik.jpg")).get_data(as_text=True)
    kept = asked.split('name="kept-0" value="')[1].split('"')[0]
    assert tell(anna, window, ("W1", "1"), sure_0="1", kept_0=kept).status_code == 303
    ((public_id,),) = rows(read, "SELECT public_id FROM reported_readings WHERE photo_id IS NOT NULL")
    assert anna.get(f"/media/meters/photos/{public_id}").mimetype == "image/jpeg"
    bogdan = read.enter("P2", ("L2",))
    assert bogdan.get(f"/media/meters/photos/{public_id}").status_code == 404
    assert tell(bogdan, window, ("W2", "3"), unit="L2", kept_0=kept).status_code == 422


def test_that_a_program_is_no_photograph(read: House) -> None:
    answer = tell(read.enter(), opened(read), ("W1", "150"), photo_0=(BytesIO(b"MZ" + b"\0" * 90), "licznik.jpg"))
    assert answer.status_code == 422 and rows(read, LIVE) == []


def test_that_the_books_count_once_they_know_the_day(read: House) -> None:
    anna = read.enter()
    tell(anna, opened(read), ("W1", "150"))
    read.publish(
        [],
        meters=[meter("W1", location="łazienka")],
        readings=[reading("W1", LAST, "140"), reading("W1", today(), "150.5", "księgi")],
    )
    page = anna.get("/media/meters").get_data(as_text=True)
    assert "150,5 m³" in page and "Podano 150 m³, liczy się odczyt zarządcy." in page
    read.publish([], meters=[meter("W1", location="łazienka")], readings=[reading("W1", LAST, "140")])
    assert "podany w portalu" in anna.get("/media/meters").get_data(as_text=True)


def test_that_a_photo_and_a_receipt_that_are_not_there_are_not_there(read: House) -> None:
    anna = read.enter()
    for path in ("photos/nic", "receipts/nic", "windows/nic?unit=L1"):
        assert anna.get(f"/media/meters/{path}").status_code == 404


def test_that_who_moves_in_does_not_see_what_was_told_before(read: House) -> None:
    window, anna = opened(read), read.enter()
    assert tell(anna, window, ("W1", "152,25")).status_code == 303
    assert "152,25" in anna.get(page_of(window)).get_data(as_text=True)
    since = today() - timedelta(days=5)
    told = "UPDATE reported_readings SET created_at = created_at - interval '8 days', read_on = read_on - 8, "
    change(read.app, read.tenant, f"{told}state = 'rejected', answer = 'Proszę poprawić'")
    read.publish(
        [],
        occupancies=[["L1", "P1", "owner", since, None], ["L2", "P2", "owner", date(2020, 1, 1), None]],
        meters=[meter("W1", location="łazienka")],
        readings=[reading("W1", LAST, "140")],
    )
    for path in (page_of(window), "/media/meters?unit=L1"):
        page = anna.get(path).get_data(as_text=True)
        assert "152,25" not in page and "Proszę poprawić" not in page, path


def test_that_the_window_starts_on_its_day(read: House) -> None:
    window = opened(read, opens_on=today() + timedelta(days=2), reads_from=date(2026, 1, 1))
    assert read.enter().get(page_of(window)).status_code == 404


def test_that_the_calendar_and_its_feed_know_the_last_day(read: House) -> None:
    window, anna = opened(read), read.enter()
    until = today() + timedelta(days=9)
    page = anna.get(f"/payments/calendar?view=list&month={until:%Y-%m}").get_data(as_text=True)
    assert "Ostatni dzień" in page and "zimna woda" in page
    form = anna.get("/payments/calendar/feed").get_data(as_text=True)
    made = anna.post("/payments/calendar/feed", data={"csrf_token": form.split('csrf_token" value="')[1].split('"')[0]})
    link = re.search(r"/calendar/[\w-]+\.ics", made.get_data(as_text=True))
    assert link
    feed = anna.get(link[0]).get_data(as_text=True).replace("\r\n ", "")
    assert "Ostatni dzień" in feed and f"DTSTART;VALUE=DATE:{until:%Y%m%d}" in feed
    with read.app.app_context(), bind(read.tenant):
        windows.cancel(system("tests"), window)
        work.commit()
    assert "Ostatni dzień" not in anna.get(f"/payments/calendar?view=list&month={until:%Y-%m}").get_data(as_text=True)


def test_that_two_who_tell_at_once_are_both_kept_and_one_counts(read: House) -> None:
    """The owner and the office send at the same moment, each from a session of their own."""
    window = opened(read)
    anna, office = read.enter(), read.enter("biuro", units=(), role="clerk")
    staff_page = f"/admin/media/windows/{window}/unit?unit=L1"
    form = office.get(staff_page).get_data(as_text=True)
    fields = {"serial-0": "W1", "value-0": "151", "day": today().isoformat(), "source": "phone", "form_key": "kb"}
    data = {"csrf_token": form.split('csrf_token" value="')[1].split('"')[0], **fields}
    with ThreadPoolExecutor(2) as both:
        answers = [
            both.submit(lambda: tell(anna, window, ("W1", "150")).status_code),
            both.submit(lambda: office.post(staff_page, data=data).status_code),
        ]
    assert [one.result() for one in answers] == [303, 303]
    assert sorted(rows(read, "SELECT live, replaced_by IS NOT NULL FROM reported_readings")) == [
        (False, True),
        (True, False),
    ]
