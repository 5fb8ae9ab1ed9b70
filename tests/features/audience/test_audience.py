"""Who is in an audience: for mail, and for who logs in, by the same choice."""

from __future__ import annotations

from typing import Any

import pytest

from app.audience import rules
from app.audience.rules import Audience, audience
from app.core.actor import Actor, Role, system
from app.core.errors import Refused

ALL = ["account:L6", "person:P1", "person:P2", "person:P3", "person:P4"]
CASES = [
    ({"all": True}, ALL, ["L1", "L2", "L5", "L6"]),
    ({"buildings": ["B1"]}, ["person:P1", "person:P2"], ["L1", "L2"]),
    ({"units": ["U3", "U4"]}, ["account:L6", "person:P3", "person:P4"], ["L6"]),
    ({"estates": ["osiedle-b"]}, ["account:L6", "person:P3", "person:P4"], ["L6"]),
    ({"staircases": [{"building": "B2", "staircase": "1"}]}, ["person:P3"], []),
    ({"staircases": [{"building": "B1", "staircase": "1"}], "units": ["U3"]}, ["person:P1", "person:P2", "person:P3"],
     ["L1", "L2"]),
    ({"roles": ["tenant"]}, ["person:P2", "person:P4"], ["L2"]),
    ({"buildings": ["B2"], "roles": ["owner", "co-owner"]}, ["person:P3"], []),
    ({"members": True}, ["person:P1", "person:P4"], ["L1"]),
    ({"buildings": ["B1"], "members": True}, ["person:P1"], ["L1"]),
    ({"arrears_over": 0}, ["account:L6", "person:P1", "person:P4"], ["L1", "L6"]),
    ({"arrears_over": 29_999, "buildings": ["B2"]}, ["account:L6", "person:P4"], ["L6"]),
    ({"arrears_over": 30_000}, [], []),
    ({"without_email": True}, ["person:P2", "person:P3"], ["L2"]),
    ({"without_email": True, "roles": ["tenant"]}, ["person:P2"], ["L2"]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "keys", "logins"), CASES)
def test_the_same_choice_for_mail_for_lists_and_for_who_logs_in(
    books: Any, value: Any, keys: list[str], logins: list[str]
) -> None:
    from sqlalchemy import text

    from app.audience import membership, queries
    from tenants.db import db

    chosen = audience(value)
    with books.bound():
        page = queries.people(system("tests"), chosen)
        counted = queries.reach(system("tests"), chosen, "mailouts")
        ids = db.session.execute(text(membership.accounts_sql()), membership.accounts_values(chosen)).scalars().all()
        found = db.session.execute(text("SELECT id, login, person_code FROM accounts ORDER BY login")).all()
        seen = [
            row.login
            for row in found
            if membership.visible(
                Actor(kind="account", login="x", account_id=row.id, role=Role.RESIDENT, person_code=row.person_code),
                chosen,
            )
        ]
        assert membership.count(chosen) == len(logins)
    assert sorted(one.key for one in page.rows) == keys
    assert (counted.people, page.total) == (len(keys), len(keys))
    assert sorted(row.login for row in found if row.id in ids) == logins
    assert seen == logins


def test_the_tenant_of_an_owners_unit_is_told_nothing_of_its_debt(books: Any) -> None:
    from app.audience import queries

    with books.bound():
        keys = {one.key for one in queries.people(system("tests"), audience({"arrears_over": 0})).rows}
    assert "person:P1" in keys
    assert "person:P2" not in keys


def test_an_audience_survives_json_and_is_said_in_words() -> None:
    chosen = audience(
        {"estates": ["e"], "buildings": ["B1"], "staircases": [{"building": "B1", "staircase": "2"}], "units": ["U1"],
         "roles": ["proxy", "owner"], "members": True, "arrears_over": 20_000, "without_email": True}
    )  # fmt: skip
    assert audience(chosen.as_json()) == chosen
    assert chosen.label({"e": "Piastów", "B1": "Lipowa 1"}) == (
        "Osiedle Piastów; Budynek Lipowa 1; Lipowa 1, klatka 2; Lokal U1; Właściciele, Pełnomocnicy; Członkowie; "
        "Zaległość ponad 200,00\u00a0zł; Bez adresu e-mail"
    )
    assert audience(Audience().as_json()) == Audience()
    assert audience({"roles": ["owner"]}).as_json() == {"all": True, "roles": ["owner"]}
    many = audience({"units": [f"U{number}" for number in range(9)]})
    assert many.label().endswith("U5 i 3 więcej")


@pytest.mark.parametrize(
    "value",
    [[], "all", {}, {"all": False}, {"all": True, "units": ["U1"]}, {"x": 1}, {"units": "U1"}, {"units": [1]},
     {"units": [""]}, {"units": ["a\0b"]}, {"units": ["\ud800"]}, {"units": []}, {"roles": []}, {"roles": ["boss"]},
     {"roles": [["owner"]]}, {"members": False}, {"arrears_over": -1}, {"arrears_over": True}, {"arrears_over": 1.5},
     {"arrears_over": 10**30}, {"staircases": ["1"]}, {"staircases": [{"building": "B1"}]},
     {"staircases": [{"building": "B1", "staircase": 1}]}, {"units": ["x"] * (rules.MOST_CODES + 1)}],
)  # fmt: skip
def test_what_is_no_audience(value: Any) -> None:
    with pytest.raises(Refused) as found:
        audience(value)
    assert found.value.field == "audience"


@pytest.mark.parametrize(
    "value",
    [{"buildings": ["B9"]}, {"units": ["U1", "U9"]}, {"staircases": [{"building": "B1", "staircase": "7"}]},
     {"estates": ["nothing"]}],
)  # fmt: skip
def test_places_that_are_none_are_refused(books: Any, value: Any) -> None:
    from app.audience import queries

    with books.bound(), pytest.raises(Refused):
        queries.checked(system("tests"), audience(value))


def test_staff_of_one_building_choose_only_there(books: Any) -> None:
    from app.audience import queries
    from app.core.actor import Can

    clerk = Actor(kind="account", login="k", role=Role.CLERK, buildings=frozenset({"B1"}),
                  can=frozenset({Can.SEND_MAILOUTS, Can.SEE_RESIDENTS}))  # fmt: skip
    with books.bound():
        assert [place.code for place in queries.places(clerk)] == ["B1"]
        assert queries.estates(clerk) == []
        assert queries.checked(clerk, Audience()).buildings == ("B1",)
        for value in ({"estates": ["osiedle-b"]}, {"units": ["U3"]}, {"staircases": [
            {"building": "B2", "staircase": "1"}]}):  # fmt: skip
            with pytest.raises(Refused):
                queries.checked(clerk, audience(value))


def test_the_address_for_paper_is_ones_own_or_that_of_the_unit(books: Any) -> None:
    from sqlalchemy import text

    from app.audience import recipients
    from tenants.db import db

    with books.bound():
        rows = db.session.execute(
            text(f"SELECT r.name, r.postal, r.unit FROM ({recipients.SELECT}) AS r ORDER BY r.place, r.recipient_key"),
            recipients.values(Audience(), locale="pl", personal=False),
        ).all()
    assert [tuple(row) for row in rows] == [
        ("Anna Adamska", ["Lipowa 1/1", "00-001 Łódź"], "U1"),
        ("Bogdan Bąk", ["Lipowa 1/1", "00-001 Łódź"], "U1"),
        ("Celina Ćwik", ["Morska 5", "80-001 Gdańsk"], "U3"),
        ("L6", ["Lipowa 2/4", "00-001 Łódź"], "U4"),
        ("Darek Dąb", ["Lipowa 2/4", "00-001 Łódź"], "U4"),
    ]
