"""Staff open windows of readings, see who is missing, remind, enter for others, decide and take the readings away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.core import work
from app.core.actor import Actor, Can, system
from app.core.clock import today
from app.core.errors import Conflict
from app.core.public_ids import new_public_id
from app.meters import reminding
from app.meters.commands import deciding, windows
from tenants.context import bind
from tests.browsing import Browser
from tests.features.finances.books import House
from tests.features.imports.doing import publish
from tests.features.meters.telling import opened, rows, tell, wish
from tests.features.meters.test_register import meter, reading
from tests.town import token

LAST = today() - timedelta(days=60)
HOME = "/admin/media/windows"


@pytest.fixture
def read(house: House) -> House:
    house.publish(
        [],
        meters=[meter("W1", location="łazienka"), meter("W2", unit="L2")],
        readings=[reading("W1", LAST - timedelta(days=200), "100"), reading("W1", LAST, "140")],
    )
    return house


def clerk(house: House) -> Browser:
    return house.enter("biuro", units=(), role="clerk")


def do(house: House, work_of: Any) -> Any:
    with house.app.app_context(), bind(house.tenant):
        found = work_of()
        work.commit()
        return found


def send(browser: Browser, page: str, path: str, **fields: Any) -> Any:
    form = browser.get(page).get_data(as_text=True)
    return browser.post(path, data={"csrf_token": token(form), **fields})


def typed(**changes: Any) -> dict[str, Any]:
    plain = wish()
    days = {name: getattr(plain, name).isoformat() for name in ("opens_on", "closes_on", "reads_from", "reads_to")}
    return {"media": ["cold_water"], "photo": "none", "words": "", "remind_days": "3", **days, **changes}


def test_that_staff_open_a_window_once_and_residents_are_told_once(read: House) -> None:
    read.enter()
    staff, key = clerk(read), new_public_id()
    for _twice in range(2):
        answer = send(staff, f"{HOME}/new", f"{HOME}/new", **typed(form_key=key, words="Tylko czarne cyfry"))
        assert answer.status_code == 303
    assert rows(read, "SELECT count(*) FROM reading_windows")[0][0] == 1
    window = answer.headers["Location"].rsplit("/", 1)[1]
    for _again in range(2):
        do(read, lambda: reminding.tell_opened(window))
        do(read, reminding.every_day)
    assert rows(read, "SELECT letter FROM outbox_items WHERE letter LIKE 'reading%'") == [("readings_open",)]


@pytest.mark.parametrize(
    "changes",
    [
        {"closes_on": (today() - timedelta(days=1)).isoformat(), "opens_on": (today() - timedelta(days=3)).isoformat()},
        {"closes_on": (today() + timedelta(days=300)).isoformat()},
        {"reads_to": (today() - timedelta(days=90)).isoformat()},
        {"media": []},
        {"media": ["para"]},
        {"buildings": ["OBCY"]},
        {"opens_on": "0001-01-01"},
        {"opens_on": "jutro"},
        {"remind_days": "x"},
        {"remind_days": "900"},
        {"photo": "film"},
        {"words": "a" * 5000},
    ],
)
def test_that_impossible_windows_are_refused_with_a_sentence(read: House, changes: dict[str, Any]) -> None:
    answer = send(clerk(read), f"{HOME}/new", f"{HOME}/new", **typed(**changes))
    assert answer.status_code == 422 and 'id="errors"' in answer.get_data(as_text=True)
    assert rows(read, "SELECT count(*) FROM reading_windows")[0][0] == 0


def test_that_a_second_window_for_the_same_meters_is_refused(read: House) -> None:
    opened(read)
    answer = send(clerk(read), f"{HOME}/new", f"{HOME}/new", **typed())
    assert answer.status_code == 422 and "jest już okno odczytów" in answer.get_data(as_text=True)


def test_that_staff_see_who_is_missing_and_remind_nobody_twice(read: House) -> None:
    window, anna = opened(read), read.enter()
    read.enter("P2", ("L2",))
    tell(anna, window, ("W1", "150"))
    staff = clerk(read)
    page = staff.get(f"{HOME}/{window}?state=missing").get_data(as_text=True)
    assert "unit?unit=L2" in page and "unit?unit=L1" not in page
    for _twice in range(2):
        assert send(staff, f"{HOME}/{window}", f"{HOME}/{window}/remind").status_code == 303
    do(read, reminding.every_day)
    told = "SELECT a.login FROM outbox_items i JOIN accounts a ON i.recipient_key = 'account:' || a.public_id "
    assert rows(read, told + "WHERE letter = 'readings_reminder'") == [("P2",)]


def test_that_the_reminder_leaves_by_itself_near_the_end_and_the_window_closes(read: House) -> None:
    read.enter()
    window = opened(read, closes_on=today() + timedelta(days=2))
    for _days in range(3):
        do(read, reminding.every_day)
    assert rows(read, "SELECT letter FROM outbox_items WHERE letter LIKE 'readings_rem%'") == [("readings_reminder",)]
    read.sql("UPDATE reading_windows SET opens_on = opens_on - 9, closes_on = CURRENT_DATE - 2")
    do(read, reminding.every_day)
    assert rows(read, "SELECT closed_at IS NOT NULL FROM reading_windows") == [(True,)]
    assert "zamknięte" in clerk(read).get(f"{HOME}/{window}").get_data(as_text=True)


def test_that_a_window_that_was_called_off_is_gone_for_residents(read: House) -> None:
    window, anna, staff = opened(read), read.enter(), clerk(read)
    assert window in anna.get("/media/meters").get_data(as_text=True)
    assert send(staff, f"{HOME}/{window}", f"{HOME}/{window}/cancel").status_code == 303
    assert window not in anna.get("/media/meters").get_data(as_text=True)
    with pytest.raises(Conflict):
        do(read, lambda: windows.close(system("tests"), window))


def test_that_staff_enter_what_they_heard_by_phone(read: House) -> None:
    window, staff = opened(read), clerk(read)
    page = f"{HOME}/{window}/unit?unit=L1"
    fields = {"serial-0": "W1", "value-0": "139", "day": today().isoformat(), "source": "phone", "form_key": "k1"}
    asked = send(staff, page, page, **fields)
    assert asked.status_code == 422 and "mniej niż poprzednio" in asked.get_data(as_text=True)
    assert send(staff, page, page, **fields, **{"sure-0": "1"}).status_code == 303
    assert rows(read, "SELECT source, state FROM reported_readings WHERE live") == [("phone", "accepted")]
    assert send(staff, page, page, **{**fields, "serial-0": "W2", "form_key": "k2"}).status_code == 404


def test_that_an_odd_reading_is_decided_once_and_the_resident_is_told_why(read: House) -> None:
    window, anna, staff = opened(read), read.enter(), clerk(read)
    tell(anna, window, ("W1", "1"), sure_0="1")
    ((reading_id,),) = rows(read, "SELECT public_id FROM reported_readings")
    page = f"{HOME}/{window}/unit?unit=L1"
    empty = send(staff, page, f"/admin/media/readings/{reading_id}/reject", window=window, unit="L1")
    assert empty.headers["Location"] == page and rows(read, "SELECT state FROM reported_readings") == [("doubtful",)]
    send(staff, page, f"/admin/media/readings/{reading_id}/reject", answer="Spójrz na czarne cyfry")
    assert "Spójrz na czarne cyfry" in anna.get("/media/meters").get_data(as_text=True)
    assert rows(read, "SELECT count(*) FROM outbox_items WHERE letter = 'reading_rejected'")[0][0] == 1
    with pytest.raises(Conflict):
        do(read, lambda: deciding.accept(system("tests"), reading_id))
    assert tell(anna, window, ("W1", "150")).status_code == 303
    assert rows(read, "SELECT state FROM reported_readings WHERE live") == [("accepted",)]


def test_that_two_of_staff_cannot_both_decide(read: House) -> None:
    window, anna = opened(read), read.enter()
    tell(anna, window, ("W1", "1"), sure_0="1")
    ((reading_id,),) = rows(read, "SELECT public_id FROM reported_readings")
    do(read, lambda: deciding.accept(system("one"), reading_id))
    with pytest.raises(Conflict):
        do(read, lambda: deciding.accept(system("two"), reading_id))


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250"])
def test_that_the_file_goes_back_through_the_import(read: House, encoding: str) -> None:
    window = opened(read)
    tell(read.enter(), window, ("W1", "152,25"))
    answer = clerk(read).get(f"{HOME}/{window}/readings.csv?encoding={encoding}")
    content = answer.get_data()
    text = content.decode("utf-8-sig" if encoding == "utf-8" else "cp1250")
    assert text.splitlines()[0] == "numer;data;stan;źródło;lokal"
    assert f"W1;{today().isoformat()};152,250;portal;L1" in text
    folder = read.folder / f"pack-{encoding}"
    folder.mkdir()
    (folder / "odczyty.csv").write_bytes(content)
    report = publish(read.app, read.tenant, folder, mode="increment")
    assert report["status"] == "published" and report["sheets"]["readings"]["added"] == 1, report


def test_that_staff_of_one_building_see_only_theirs(read: House) -> None:
    window = opened(read)
    stranger = Actor("account", "obcy", can=frozenset(Can), buildings=frozenset({"INNY"}), account_id=1)
    with read.app.app_context(), bind(read.tenant):
        from app.meters.queries import windows as found
        from app.meters.queries.windows import Asked

        seen = found.window(stranger, window, today())
        assert found.units(stranger, seen, Asked(), today()).rows == []
        assert found.counts(stranger, seen, today()) == []
        assert found.export(stranger, seen, doubtful=True) == []


@pytest.mark.parametrize("path", ["", "/new", "/{w}/edit"])
def test_that_the_board_sees_but_changes_nothing(read: House, path: str) -> None:
    window, board = opened(read), read.enter("rada", units=(), role="board")
    assert board.get(f"{HOME}/{window}").status_code == 200
    if path:
        assert board.get(HOME + path.format(w=window)).status_code == 404
    page = board.get(f"{HOME}/{window}").get_data(as_text=True)
    assert "/remind" not in page
    assert board.post(f"{HOME}/{window}/close", data={"csrf_token": token(page)}).status_code == 404
    assert read.enter().get(f"{HOME}/{window}").status_code == 404


def test_that_what_the_books_bring_differently_is_told_to_staff(read: House) -> None:
    window = opened(read)
    tell(read.enter(), window, ("W1", "150"))
    read.publish([], meters=[meter("W1")], readings=[reading("W1", LAST, "140"), reading("W1", today(), "151")])
    page = clerk(read).get(f"{HOME}/{window}").get_data(as_text=True)
    assert "Księgi mówią co innego" in page and "podano 150, w księgach 151" in page
