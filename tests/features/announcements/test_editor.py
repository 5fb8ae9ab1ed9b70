"""The editor without a script, what is typed into it by people in a hurry, and what its formatting becomes."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest

from app.announcements import markup, rules
from app.announcements.markup import Picture
from app.core.errors import Refused
from tests.features.announcements.conftest import House
from tests.pages import inspect

NEW = "/admin/announcements/new"
WORDS = {"title": "Tytuł", "body": "W **środę**", "audience": "all", "importance": "ordinary", "tell": "none"}


def test_counting_and_looking_keep_what_was_typed_and_save_nothing(house: House, office: Any) -> None:
    for action, shown in (("count", "Osoby w tej grupie"), ("preview", "<strong>środę</strong>")):
        page = inspect(office.post(NEW, WORDS | {"action": action, "body_en": "On Wednesday"}, form=NEW))
        assert shown in page and 'value="Tytuł"' in page and "On Wednesday" in page
    empty = office.post(NEW, WORDS | {"action": "count", "audience": "places"}, form=NEW)
    assert empty.status_code == 422 and "audience-error" in inspect(empty)
    assert house.sql("SELECT count(*) FROM announcements") == [(0,)]


def test_a_saved_draft_is_changed_with_what_it_had(house: House, office: Any) -> None:
    public_id = house.write(office, importance="failure", ends_day="2031-01-02", ends_hour="3:04", confirm="y",
                            audience="places", buildings="B1", title_uk="Вода", body_uk="Немає")  # fmt: skip
    page = inspect(office.get(f"/admin/announcements/{public_id}/edit"))
    for part in ('value="2031-01-02"', 'value="03:04"', 'value="B1" checked', "Вода", 'value="failure" checked'):
        assert part in page, part
    here = f"/admin/announcements/{public_id}/edit"
    answer = office.post(here, WORDS | {"version": "1", "action": "stay"}, form=here)
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/edit#pictures-head")
    assert house.sql("SELECT audience, importance, ends_at FROM announcements") == [({"all": True}, "ordinary", None)]


@pytest.mark.parametrize(
    "crooked",
    [
        {"title": "a\0b"},
        {"version": "x" * 10_000},
        {"form_key": "x" * 10_000},
        {"buildings": "x" * 10_000, "audience": "places"},
        {"units": "x " * 6_000, "audience": "places"},
        {"arrears": "9" * 10_000},
        {"expires_day": "9" * 10_000},
        {"expires_hour": "12:00"},
        {"ends_day": "0001-01-01", "importance": "failure"},
        {"title_en": "x" * 10_000, "body_en": "x"},
        {"staircases": "%00/%ff", "audience": "places"},
        {"title": "\u202e\ud83d"},
    ],
)
def test_crooked_input_is_refused_and_never_breaks(house: House, office: Any, crooked: dict[str, str]) -> None:
    data = {name: value.encode("utf-8", "surrogatepass") for name, value in (WORDS | crooked).items()}
    answer = office.post(NEW, data | {"action": "save"}, form=NEW)  # type: ignore[operator]
    assert answer.status_code in (303, 400, 422), answer.text


def test_a_moment_is_read_as_people_write_it() -> None:
    noon = time(12, 0)
    expected = datetime(2026, 11, 30, 14, 5, tzinfo=UTC)
    for day, hour in (("2026-11-30", "15:05"), ("30.11.2026", "15.05"), ("30-11-2026", "15:05:00")):
        assert rules.moment(day, hour, "f", noon) == expected
    assert rules.moment("2026-07-01", "", "f", noon) == datetime(2026, 7, 1, 10, 0, tzinfo=UTC)
    assert rules.moment("", " ", "f", noon) is None
    for day, hour in (("30.02.2026", ""), ("", "12:00"), ("2026-11-30", "24:01"), ("jutro", ""), ("1.1.99", "")):
        with pytest.raises(Refused) as refused:
            rules.moment(day, hour, "f", noon)
        assert refused.value.field == "f"


def test_formatting_becomes_a_page_plain_words_and_one_line() -> None:
    body = "# A\n\nraz\ndwa\n\n- x\n- [y](https://z.pl)\n\n2. dwa\n3. trzy\n\n> q\n\n---\n\n`k`"
    page = str(markup.html(body))
    assert "<h2>A</h2>" in page and "raz<br />" in page and 'rel="noopener noreferrer"' in page
    assert markup.plain(body) == "A\n\nraz\ndwa\n\n• x\n• y (https://z.pl)\n2. dwa\n3. trzy\n\nq\n\nk"
    assert markup.excerpt(body) == "A raz dwa x y dwa trzy q k"


def test_a_table_says_in_each_line_of_a_mail_what_its_columns_are() -> None:
    body = "Plan:\n\n| Dzień | Godzina | |\n|---|---|---|\n| **środa** | 8.00 | klatka A |\n| piątek | | |\n\nKoniec."
    assert markup.plain(body) == "Plan:\n\n• Dzień: środa, Godzina: 8.00, klatka A\n• Dzień: piątek\n\nKoniec."
    assert markup.plain("| Sam | nagłówek |\n|---|---|") == "Sam, nagłówek"
    two = "| A |\n|---|\n| 1 |\n\n- x\n\n| B |\n|---|\n| 2 |"
    assert markup.plain(two) == "• A: 1\n• x\n\n• B: 2"


def test_only_own_pictures_are_shown_and_the_others_follow_the_text() -> None:
    pictures = [Picture("/p/1", "pierwsze"), Picture("/p/2", "drugie")]
    page = str(markup.html("![](#2) ![x](#9) ![y](http://evil.example/y.png) ![z](#0)", pictures))
    assert page.count("<img") == 1 and 'src="/p/2" alt="drugie"' in page and "evil" not in page
    assert markup.beside("![](#2)", 2) == [1]


@pytest.mark.parametrize(
    "hostile",
    ["<script>x</script>", "<img src=x onerror=y>", "[a](javascript:x)", "[a](data:text/html,x)", "[a](//evil.example)",
     "[a](vbscript:x)", "![a](javascript:x)", "<a href='javascript:x'>", "[a](<javascript:x>)", "[a](java\nscript:x)"],
)  # fmt: skip
def test_no_markup_of_people_escapes(hostile: str) -> None:
    page = str(markup.html(hostile)).lower()
    assert "<script" not in page and "<img" not in page and 'href="' not in page
