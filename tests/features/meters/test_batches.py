"""Readings from a file and by hand: checked at once, published, thrown away or taken back as a whole."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import xlsxwriter

from app.core.clock import today
from app.core.public_ids import new_public_id
from tests.browsing import Browser
from tests.features.finances.books import House
from tests.features.meters.telling import opened, rows, tell
from tests.features.meters.test_register import meter, reading
from tests.town import token

HOME = "/admin/media/readings"
LAST = today() - timedelta(days=60)
LIVE = "SELECT serial, value, source FROM reported_readings WHERE live ORDER BY serial"


@pytest.fixture
def read(house: House) -> House:
    house.publish(
        [],
        meters=[meter("W1", location="łazienka"), meter("W2", unit="L2")],
        readings=[reading("W1", LAST - timedelta(days=200), "100"), reading("W1", LAST, "140")],
    )
    return house


@pytest.fixture
def staff(read: House) -> Browser:
    return read.enter("biuro", units=(), role="accountant")


def csv(*lines: str) -> bytes:
    return "\r\n".join(["numer;data;stan;źródło", *lines, ""]).encode("cp1250")


def hand_over(staff: Browser, content: bytes, name: str = "od inkasenta.csv", key: str | None = None) -> Any:
    form = staff.get(HOME).get_data(as_text=True)
    fields = {"csrf_token": token(form), "form_key": key or new_public_id(), "file": (BytesIO(content), name)}
    return staff.post(HOME, data=fields)


def do(staff: Browser, page: str, verb: str) -> Any:
    return staff.post(f"{page}/{verb}", data={"csrf_token": token(staff.get(page).get_data(as_text=True))})


def test_that_a_file_counts_only_when_published_and_goes_as_a_whole(read: House, staff: Browser) -> None:
    day, key = today().isoformat(), new_public_id()
    content = csv(f"W1;{day};139,5;inkasent", f"W2;{day};7;")
    page = hand_over(staff, content, key=key).headers["Location"]
    assert hand_over(staff, content, key=key).headers["Location"] == page
    shown = staff.get(page).get_data(as_text=True)
    assert "mniej niż poprzednio" in shown and shown.index("W1") < shown.index("W2") and "139,5 m³" in shown
    assert rows(read, LIVE) == []
    assert do(staff, page, "publish").status_code == 303
    assert [(serial, source) for serial, _value, source in rows(read, LIVE)] == [("W1", "file"), ("W2", "file")]
    do(staff, page, "publish")
    do(staff, page, "discard")
    assert len(rows(read, LIVE)) == 2
    assert do(staff, page, "withdraw").status_code == 303
    assert rows(read, LIVE) == []


def test_that_what_a_file_overtook_counts_again_when_it_is_taken_back(read: House, staff: Browser) -> None:
    tell(read.enter(), opened(read), ("W1", "150"))
    page = hand_over(staff, csv(f"W1;{today().isoformat()};151;")).headers["Location"]
    do(staff, page, "publish")
    assert [(str(value), source) for _serial, value, source in rows(read, LIVE)] == [("151.000", "file")]
    do(staff, page, "withdraw")
    assert [(str(value), source) for _serial, value, source in rows(read, LIVE)] == [("150.000", "portal")]


def test_that_a_workbook_is_read_as_well(read: House, staff: Browser) -> None:
    made = BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet("odczyty")
        sheet.write_row(0, 0, ["numer", "data", "stan"])
        sheet.write_row(1, 0, ["W1", today().isoformat(), 150.125])
    assert hand_over(staff, made.getvalue(), "odczyty.xlsx").status_code == 303


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (csv("OBCY;2026-11-01;5;"), "Nie ma czynnego licznika"),
        (csv(f"W1;{today() + timedelta(days=1)};150;"), "przyszłości"),
        (csv(f"W1;{LAST - timedelta(days=1)};150;"), "Mamy już późniejszy odczyt"),
        (csv("W1;jutro;150;"), "wiersz 2"),
        (csv("W1;2026-11-20;abc;"), "wiersz 2"),
        (csv(), "nie ma żadnego odczytu"),
        (b"MZ\x90\x00" + b"\0" * 200, ""),
        (b"", ""),
        (b"zupelnie;inny;plik\r\n1;2;3\r\n", ""),
    ],
)
def test_that_a_wrong_file_is_refused_as_a_whole(read: House, staff: Browser, content: bytes, sentence: str) -> None:
    answer = hand_over(staff, content)
    assert answer.status_code == 422 and sentence in answer.get_data(as_text=True)
    assert rows(read, "SELECT count(*) FROM reading_batches")[0][0] == 0


def test_that_one_reading_is_typed_by_hand(read: House, staff: Browser) -> None:
    def typed(**fields: str) -> Any:
        form = token(staff.get(HOME).get_data(as_text=True))
        plain = {"csrf_token": form, "form_key": new_public_id(), "day": today().isoformat(), "serial": "W1"}
        return staff.post(f"{HOME}/one", data={**plain, **fields})

    assert typed(serial="OBCY", value="1").status_code == 422
    assert typed(value="12 abc").status_code == 422
    assert typed(value="150", day="31.02").status_code == 422
    odd = typed(value="9")
    assert odd.status_code == 422 and "Czy na pewno?" in odd.get_data(as_text=True)
    assert rows(read, LIVE) == []
    assert typed(value="150,5").status_code == 303
    assert [(str(value), source) for _serial, value, source in rows(read, LIVE)] == [("150.500", "office")]


def test_that_residents_and_the_board_have_no_files(read: House, staff: Browser) -> None:
    page = hand_over(staff, csv(f"W1;{today().isoformat()};150;")).headers["Location"]
    assert read.enter().get(page).status_code == 404
    assert read.enter("rada", units=(), role="board").get(page).status_code == 404
