"""The writer of iCalendar: what it writes is what a reader reads back, whatever is in it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.calendar import ical
from app.calendar.ical import Entry

STAMP = datetime(2026, 11, 21, 15, 38, tzinfo=UTC)


def read(body: bytes) -> list[dict[str, str]]:
    """The events of a calendar: unfolded, unescaped, by the names of their properties with parameters."""
    assert body.endswith(b"\r\n") and b"\n" not in body.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    lines = body.decode().replace("\r\n ", "").split("\r\n")[:-1]
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR" and "VERSION:2.0" in lines
    events: list[dict[str, str]] = []
    for line in lines:
        name, _colon, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and line != "END:VEVENT":
            events[-1][name] = unescaped(value)
    return events


def unescaped(value: str) -> str:
    found, characters = "", iter(value)
    for character in characters:
        if character == "\\":
            following = next(characters)
            found += "\n" if following in "nN" else following
        else:
            found += character
    return found


def test_an_event_is_a_whole_day_with_a_stamp_in_utc() -> None:
    entry = Entry("a@x", date(2026, 12, 31), "Termin", "", "http://x.example/payments/calendar")
    [event] = read(ical.written("Opłaty", [entry], STAMP))
    assert event["DTSTART;VALUE=DATE"] == "20261231" and event["DTEND;VALUE=DATE"] == "20270101"
    assert event["DTSTAMP"] == "20261121T153800Z" and event["UID"] == "a@x"
    assert "DESCRIPTION" not in event


def test_a_line_breaks_between_characters_and_never_inside_one() -> None:
    folded = ical.folded("SUMMARY:" + "ż" * 200)
    assert all(len(piece) <= 75 for piece in folded.split(b"\r\n"))
    assert [piece.decode() for piece in folded.split(b"\r\n")]
    assert folded.decode().replace("\r\n ", "") == "SUMMARY:" + "ż" * 200 + "\r\n"


TEXTS = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.just("\n"), max_size=300)


@given(TEXTS, TEXTS)
def test_what_is_written_is_read_back(summary: str, description: str) -> None:
    entry = Entry("a@x", date(2026, 11, 21), summary, description, "http://x.example/")
    [event] = read(ical.written(summary, [entry], STAMP))
    assert event["SUMMARY"] == summary and event.get("DESCRIPTION", "") == description


def test_nobody_smuggles_a_line_in() -> None:
    evil = "Wpłata\r\nEND:VEVENT\rBEGIN:VALARM\x00\x0b"
    [event] = read(ical.written("x", [Entry("a@x", date(2026, 11, 21), evil, evil, "http://x.example/")], STAMP))
    assert event["SUMMARY"] == "Wpłata\nEND:VEVENT\nBEGIN:VALARM"
