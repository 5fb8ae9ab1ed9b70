"""New books: who wants to hear of it and settles for a unit that changed is told, once for a revision."""

from __future__ import annotations

from typing import Any

import pytest

from tests.features.notifications.test_telling import choose, unsubscribe


@pytest.fixture
def wanting(house: Any) -> dict[str, int]:
    made = {login: house.resident(login, f"{login.lower()}@example.org") for login in ("P1", "P2", "P3")}
    for login in ("P1", "P2"):
        choose(house, made[login], email=True)
    return made


def book(house: Any, revision: int, *units: str) -> None:
    if revision > 1:
        house.sql(
            "INSERT INTO revisions (number, kind, as_of, published_by) VALUES (:n, 'publish', now(), 'tests')",
            n=revision,
        )
    for unit in units:
        house.sql(
            "INSERT INTO ledger_entries (since_revision, entry, unit_code, kind, account, booked_on, debit, credit) "
            "VALUES (:n, :entry, :unit, 'charge', 'rent', '2026-11-01', 100, 0)",
            n=revision, entry=f"{revision}-{unit}", unit=unit,
        )  # fmt: skip


def tell(house: Any, revision: int) -> int:
    from app.finances.notices import tell_published

    return int(house.do(lambda: tell_published(revision)))


def told(house: Any, revision: int) -> list[str]:
    return [row[0] for row in house.letters(f"cause = 'books:{revision}' AND state = 'queued'")]


def test_told_are_those_who_want_it_and_whose_unit_changed(house: Any, wanting: dict[str, int]) -> None:
    book(house, 1, "U1", "U3")
    assert [tell(house, 1) for _again in range(3)] == [1, 0, 0]
    assert told(house, 1) == ["P1"]
    book(house, 2, "U1", "U2")
    assert tell(house, 2) == 2
    assert told(house, 2) == ["P1", "P2"]


def test_switched_off_between_two_runs_is_not_sent(house: Any, wanting: dict[str, int]) -> None:
    book(house, 1, "U1", "U2")
    unsubscribe(house, "p2@example.org")
    choose(house, wanting["P1"], email=False)
    assert tell(house, 1) == 0
    assert house.letters() == []


def test_a_revision_that_changed_no_entries_tells_nobody(house: Any, wanting: dict[str, int]) -> None:
    book(house, 1)
    assert tell(house, 1) == 0
    assert tell(house, 99) == 0


def test_a_lodger_is_not_told_of_the_owners_account(house: Any, wanting: dict[str, int]) -> None:
    house.sql(
        "INSERT INTO occupancies (since_revision, unit_code, person_code, role, from_on) "
        "VALUES (1, 'U1', 'P2', 'tenant', '2021-01-01')"
    )
    book(house, 1, "U1")
    tell(house, 1)
    assert told(house, 1) == ["P1"]


def test_many_are_asked_as_each_alone(house: Any, wanting: dict[str, int]) -> None:
    """The set-based answer is that of everybody's own holdings."""
    from app.accounts.holdings import holdings
    from app.accounts.queries.settling import settling
    from app.core.actor import Actor, Role, system
    from app.core.clock import today

    house.sql(
        "INSERT INTO account_units (account_id, unit_code, since) VALUES (:id, 'U2', '2020-01-01')", id=wanting["P3"]
    )
    house.sql(
        "INSERT INTO occupancies (since_revision, unit_code, person_code, role, from_on, to_on) VALUES "
        "(1, 'U1', 'P2', 'tenant', '2021-01-01', NULL), (1, 'U3', 'P1', 'proxy', '2021-01-01', NULL), "
        "(1, 'U2', 'P1', 'owner', '2000-01-01', '2010-01-01')"
    )
    with house.bound():
        for unit in ("U1", "U2", "U3"):
            alone = [
                made
                for login, made in wanting.items()
                if unit in {each.code for each in holdings(
                    Actor(kind="account", login=login, account_id=made, role=Role.RESIDENT, person_code=login), today()
                ).settled().units}
            ]  # fmt: skip
            assert settling(system("tests"), list(wanting.values()), [unit], today()) == sorted(alone), unit


def test_publishing_asks_for_the_job_and_the_letter_tells_no_sums(
    house: Any, wanting: dict[str, int], tmp_path: Any
) -> None:
    from app.core import work
    from app.core.actor import system
    from app.core.language import use
    from app.imports import commands as imports
    from app.office.queries import profile
    from app.outbox import letters
    from app.outbox.rendering import rendered
    from tenants.context import Mode, bind
    from tests.factories import packages

    with house.app.app_context(), bind(house.tenant, Mode.BULK):
        path = packages.archive(tmp_path / "a.zip", packages.small())
        public_id = imports.begin(system("tests"), path, mode="snapshot", dry_run=False).public_id
        work.commit()
        report = imports.run(public_id, path)
        assert report.status == "published", report.as_dict()
    assert house.sql("SELECT key, args FROM jobs WHERE name = 'finances.tell_published'") == [
        (str(report.revision), {"revision": report.revision})
    ]
    with house.bound(), use("pl"):
        letter = rendered(
            letters.kind("books_published"), {"as_of": "2026-11-21T02:30:00+00:00", "link": "http://x.example/payments"},
            office=profile(), name="", locale="pl", unsubscribe_url="http://x.example/unsubscribe/t",
        )  # fmt: skip
    assert "http://x.example/payments" in letter.text
    assert "http://x.example/unsubscribe/t" in letter.html
    assert "21.11.2026, 03:30" in letter.text


def test_new_terms_are_told_once_to_who_wants_it(house: Any, wanting: dict[str, int]) -> None:
    from app.core.actor import system
    from app.notifications.commands import choose as chosen
    from app.notifications.publishing import tell_published
    from app.office.texts.commands import publish
    from tests.features.notifications.test_telling import resident

    house.do(lambda: chosen(resident(wanting["P2"], "P2"), {("documents", "email")}, set()))
    version = house.do(lambda: publish(system("tests"), "terms", "Regulamin", "Treść"))
    house.do(lambda: publish(system("tests"), "help", "Pomoc", "Treść"))
    asked = house.sql("SELECT args FROM jobs WHERE name = 'notifications.text_published'")
    assert asked == [({"kind": "terms", "version": version},)]
    assert [house.do(lambda: tell_published("terms", version)) for _again in range(2)] == [2, 0]
    assert [row[0] for row in house.letters("o.letter = 'text_published'")] == ["P1", "P3"]
