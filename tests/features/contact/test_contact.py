"""Kontakt: what strangers, residents of one building and those who configure the portal find there."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.contact.rules import intervals, written
from app.core.errors import Refused

HOME = "/admin/configuration/contact"


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("8-16", "8.00–16.00"), ("08:00–16:30", "8.00–16.30"), ("7.30-11, 12:00 - 15", "7.30–11.00, 12.00–15.00"),
        ("8-12 i 13-17", "8.00–12.00, 13.00–17.00"), ("0-24", "0.00–24.00"), ("", ""), ("–", ""), ("Nieczynne", ""),
    ],
)  # fmt: skip
def test_hours_are_understood_as_people_write_them(typed: str, normal: str) -> None:
    assert written(intervals(typed, "day0")) == normal
    assert written(intervals(normal, "day0")) == normal


@pytest.mark.parametrize(
    "typed", ["16-8", "8-8", "8-25", "8.75-16", "8-16, 15-17", "od rana", "8", "8-16-20", "1" * 9999]
)
def test_hours_that_cannot_be_are_refused_at_their_day(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        intervals(typed, "day3")
    assert refused.value.field == "day3"


def test_a_stranger_sees_what_is_open_and_a_resident_what_is_for_their_building(
    house: Any, boss: Any, add: Any, enter: Any, client: Any
) -> None:
    add("person", "Halina Borkowska", phone="22 555 01 21", email="h@example.org")
    add("person", "Iwona z Lipowej", ["B1"])
    add("person", "Zenon z Polnej", ["B2"])
    add("person", "Dozorca", ["B1"], open_to_all=False)
    add("emergency", "Windy", ["B1"], phone="800 100 201")
    stranger = client(house.tenant.slug).get("/contact").text
    assert all(name in stranger for name in ("Halina Borkowska", "Iwona z Lipowej", "Zenon z Polnej", "Windy"))
    assert "Dozorca" not in stranger and 'href="tel:225550121"' in stranger and "Lipowa 1" in stranger
    house.resident("P1", "lucja@example.org")
    mine = enter("P1")
    page = mine.get("/contact").text
    assert all(name in page for name in ("Halina Borkowska", "Iwona z Lipowej", "Dozorca", "Windy"))
    assert "Zenon z Polnej" not in page
    assert "Zenon z Polnej" in mine.get("/contact?all=1").text
    house.resident("P9", "ola@example.org")
    other = enter("P9").get("/contact").text
    assert "Zenon z Polnej" in other and "Windy" not in other and "Dozorca" not in other
    assert mine.get("/contact?unit=U9").status_code == 404


BUILDINGS = st.lists(st.sampled_from(["B1", "B2"]), unique=True, max_size=2)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(st.tuples(st.sampled_from(["person", "place"]), BUILDINGS, st.booleans()), max_size=6))
def test_everybody_sees_just_what_is_for_all_or_for_their_building(
    house: Any, boss: Any, add: Any, entries: list[tuple[str, list[str], bool]]
) -> None:
    from app.contact.queries import shown
    from app.core.actor import Actor, Role

    house.sql("DELETE FROM contact_entries")
    resident = Actor(kind="account", login="x", account_id=1, role=Role.RESIDENT)
    made = [
        (add(kind, f"N{at}", buildings, open_to_all=free), buildings, free)
        for at, (kind, buildings, free) in enumerate(entries)
    ]
    with house.bound():
        for who, unit, sees in (
            (None, None, lambda buildings, free: free),
            (resident, "U1", lambda buildings, free: not buildings or "B1" in buildings),
            (resident, "U9", lambda buildings, free: not buildings or "B2" in buildings),
            (resident, None, lambda buildings, free: not buildings),
        ):
            found = {entry.public_id for _kind, group in shown(who, unit) for entry in group}
            assert found == {name for name, buildings, free in made if sees(buildings, free)}


def test_the_week_is_shown_with_today_and_the_note_below(house: Any, boss: Any, client: Any) -> None:
    week = {f"day{at}": text for at, text in enumerate(["8-16", "8-16", "8-18", "8-16", "8-14", "", ""])}
    assert boss.post(f"{HOME}/hours", week).status_code == 303
    page = client(house.tenant.slug).get("/contact").text
    assert "8.00–18.00" in page and "nieczynne" in page and page.count('class="is-today"') == 1
    assert 'value="8.00–14.00"' in boss.get(f"{HOME}/hours").text
    refused = boss.post(f"{HOME}/hours", {**week, "day2": "kiedyś", "day4": "8-16"})
    assert refused.status_code == 422 and 'href="#day2"' in refused.text and "kiedyś" in refused.text
    assert "8.00–18.00" in client(house.tenant.slug).get("/contact").text
    [(before, after)] = house.sql(
        "SELECT detail->'before'->'days'->0, detail->'after'->'days'->0 FROM audit_entries "
        "WHERE subject = 'office_hours'"
    )
    assert (before, after) == ("", "8.00–16.00")


def test_an_entry_is_added_changed_moved_and_removed_and_all_of_it_is_in_the_log(house: Any, boss: Any) -> None:
    new = f"{HOME}/new?kind=person"
    for name in ("Halina", "Iwona"):
        sent = {"name": f"  {name}\t<b>", "phone": "22 555 01 21", "buildings": ["B2"], "open": "y"}
        assert boss.post(new, sent).status_code == 303
    page = boss.get(HOME).text
    assert page.index("Halina &lt;b&gt;") < page.index("Iwona &lt;b&gt;") and "Polna 7" in page
    rows = dict(house.sql("SELECT left(name, 6), public_id FROM contact_entries"))
    boss.post(f"{HOME}/{rows['Iwona ']}/move", {"way": "up"}, form=HOME)
    page = boss.get(HOME).text
    assert page.index("Iwona") < page.index("Halina")
    edit = f"{HOME}/{rows['Iwona ']}"
    assert boss.post(edit, {"name": "Iwona Sadowska", "duty": "Windy", "phone": ""}).status_code == 303
    assert house.sql("SELECT name, duty, phone, buildings, open FROM contact_entries WHERE name LIKE 'Iwona%'") == [
        ("Iwona Sadowska", "Windy", None, [], False)
    ]
    assert "Usuń wpis" in boss.get(edit).text
    assert boss.post(f"{edit}/remove", {}, form=edit).status_code == 303
    assert boss.get(edit).status_code == 404
    actions = [
        row[0] for row in house.sql("SELECT action FROM audit_entries WHERE action LIKE 'contact.%' ORDER BY id")
    ]
    assert actions == [f"contact.{verb}" for verb in ("added", "added", "moved", "changed", "removed")]


@pytest.mark.parametrize(
    ("kind", "sent", "sentence"),
    [
        ("person", {"name": " "}, "Podaj nazwę."),
        ("emergency", {"name": "Windy"}, "Podaj numer, pod który można zadzwonić."),
        ("person", {"name": "A", "phone": "zadzwoń"}, "Podaj numer telefonu"),
        ("person", {"name": "A", "email": "a@b"}, "To nie jest adres e-mail."),
        ("person", {"name": "A" * 10_000}, "za długi"),
        ("person", {"name": "A\x1b[31m"}, "znaki sterujące"),
        ("person", {"name": "A", "buildings": ["B1", "nic"]}, "Wybierz spośród podanych możliwości."),
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(
    house: Any, boss: Any, kind: str, sent: dict[str, Any], sentence: str
) -> None:
    answer = boss.post(f"{HOME}/new?kind={kind}", sent)
    assert answer.status_code == 422 and sentence in answer.text
    assert house.sql("SELECT count(*) FROM contact_entries") == [(0,)]


def test_strange_ids_and_kinds_are_not_there_and_staff_without_the_right_neither(
    house: Any, boss: Any, add: Any, enter: Any
) -> None:
    from app.accounts.commands import create_account
    from app.core.actor import system
    from tests.features.notifications.conftest import PASSWORD

    entry = add("person", "Halina")
    for path in (f"{HOME}/new", f"{HOME}/new?kind=nic", f"{HOME}/nic"):
        assert boss.get(path).status_code == 404
    house.do(lambda: create_account(system("tests"), "biuro", (), "clerk", "b@example.org", password=PASSWORD))
    clerk = enter("biuro")
    for path in (HOME, f"{HOME}/hours", f"{HOME}/{entry}", f"{HOME}/new?kind=person"):
        assert clerk.get(path).status_code == 404


def test_the_guard_knows_the_managers_own_people_and_numbers(house: Any, add: Any) -> None:
    from app.core.actor import system
    from app.guard.checking import look

    words = {"Treść": "Pytaj p. Łucję Żak. Łucja Żak, tel. 22 621 12 34"}
    with house.bound():
        assert {one.kind for one in look(system("tests"), words)} == {"name", "phone"}
    add("person", "Łucja Żak", phone="+48 22 6211234")
    with house.bound():
        assert look(system("tests"), words) == []


def test_there_is_a_most_of_entries(house: Any, add: Any) -> None:
    from app.contact.rules import MOST

    house.sql(
        f"INSERT INTO contact_entries (public_id, kind, name) SELECT i, 'person', i FROM generate_series(1, {MOST}) i"
    )
    with pytest.raises(Refused):
        add("person", "Jeszcze jedna")
