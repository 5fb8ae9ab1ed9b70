"""Credentials for many: who is meant, which way each gets, what a kill or a second run costs, wiped letters."""

from __future__ import annotations

import os
import re
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core.actor import Role, rights, system
from app.core.errors import NotThere, Refused
from app.credentials.places import Place
from tests.features.credentials.conftest import House
from tests.paper import page_words


def begin(house: House, place: Place | None = None, way: str = "best", actor: Any = None, **more: Any) -> str:
    from app.credentials.commands import batching

    order = batching.Order(place or Place(), way, more.pop("unopened", False))
    return str(house.do(batching.start, actor or system("tests"), order, more.pop("form_key", str(time.time_ns()))))


def by_way(house: House) -> dict[str | None, int]:
    return dict(house.sql("SELECT coalesce(way, state), count(*) FROM credential_batch_people GROUP BY 1"))


def letters(house: House, public_id: str, part: int = 1) -> list[str]:
    from app.credentials.commands import printing

    return page_words(house.do(printing.part_pdf, system("tests"), public_id, part))


def test_everybody_gets_the_best_way_and_letters_go_round_the_estate(house: House) -> None:
    public_id = begin(house)
    house.work_off(public_id)
    assert by_way(house) == {"two_channels": 2, "letter": 3}
    assert house.sql("SELECT login FROM accounts WHERE role = 'resident' ORDER BY login") == [
        (f"O{n}",) for n in range(1, 6)
    ]
    house.send()
    assert {message["to"] for message in house.messages()} == {"+48601234567", "+48602345678"}
    pages = letters(house, public_id)
    assert [re.search(r"(Akacjowa|Gwiaździsta)[\d/]+?(?=67-)", page)[0] for page in pages] == [  # type: ignore[index]
        "Akacjowa3/10",
        "Gwiaździsta14/2",
        "Gwiaździsta14/3",
    ]
    page = house.browser("ewa").get(f"/admin/credentials/{public_id}").text
    assert "Pobierz 3 list" in page


def test_who_cannot_be_reached_is_named_with_the_reason_and_gets_no_account(house: House) -> None:
    public_id = begin(house, way="two_channels")
    house.work_off(public_id)
    assert by_way(house) == {"two_channels": 2, "unreachable": 3}
    assert house.sql("SELECT count(*) FROM accounts WHERE role = 'resident'") == [(2,)]
    page = house.browser("ewa").get(f"/admin/credentials/{public_id}").text
    for words in ("Bogdan Łoś", "Brak numeru telefonu", "Celina Wąs", "Brak adresu e-mail"):
        assert words in page


def test_a_staircase_or_a_building_alone(house: House) -> None:
    house.work_off(begin(house, Place("B1", "A"), "letter"))
    assert house.sql("SELECT person_code FROM credential_batch_people ORDER BY position") == [("O1",), ("O2",)]
    house.work_off(begin(house, Place("B1"), "letter"))
    assert house.sql("SELECT login FROM accounts WHERE role = 'resident' ORDER BY login") == [("O1",), ("O2",), ("O3",)]
    with pytest.raises(Refused, match="Nie ma tu nikogo"):
        begin(house, Place("B1"))
    for place, field in ((Place("B9"), "building"), (Place("B1", "Z"), "staircase"), (Place("B\t"), "building")):
        with pytest.raises(Refused) as refusal:
            begin(house, place)
        assert refusal.value.field == field


def test_accounts_that_nobody_entered_can_be_included(house: House) -> None:
    house.open("O1")
    house.open("O2")
    house.sql("UPDATE accounts SET last_login_at = now() WHERE login = 'O2'")
    house.work_off(begin(house, Place("B1", "A"), "letter", unopened=True))
    assert house.sql("SELECT person_code, state FROM credential_batch_people") == [("O1", "issued")]


def test_the_same_form_sent_twice_begins_once(house: House) -> None:
    assert begin(house, form_key="k") == begin(house, form_key="k")
    assert house.sql("SELECT count(*) FROM credential_batches") == [(1,)]


def test_run_again_it_does_nothing_anew(house: House) -> None:
    public_id = begin(house)
    house.work_off(public_id)
    counted = "SELECT (SELECT count(*) FROM credential_issues), (SELECT count(*) FROM outbox_items)"
    before = house.sql(counted)
    house.work_off(public_id)
    assert house.sql(counted) == before


def test_killed_again_and_again_everybody_gets_credentials_once(app: Any, house: House) -> None:
    house.sql(
        "INSERT INTO people (code, last_name, since_revision) SELECT 'K' || n, 'Osoba ' || n, 1 "
        "FROM generate_series(10, 49) AS n"
    )
    house.sql(
        "INSERT INTO occupancies (unit_code, person_code, role, from_on, since_revision) "
        "SELECT 'LO1', 'K' || n, 'co-owner', DATE '2020-01-01', 1 FROM generate_series(10, 49) AS n"
    )
    public_id = begin(house, Place("B1"), "letter")
    kills = 0
    for _try in range(60):
        child = os.fork()
        if not child:
            try:
                from tenants.db import forget_connections

                forget_connections(app)
                house.work_off(public_id, 0.1)
            finally:
                os._exit(0)
        if kills < 8:
            time.sleep(0.05 + 0.03 * kills)
            os.kill(child, signal.SIGKILL)
        kills += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        if house.sql("SELECT state FROM credential_batches") == [("done",)]:
            break
    assert kills >= 3
    assert by_way(house) == {"letter": 43}
    assert house.sql("SELECT count(*), count(DISTINCT account_id) FROM credential_issues") == [(43, 43)]
    assert len(letters(house, public_id)) == 43


def test_letters_lie_sealed_and_go_when_they_are_printed(house: House, settings: Any) -> None:
    public_id = begin(house, Place("B2"), "letter")
    house.work_off(public_id)
    ((parts,),) = house.sql("SELECT parts FROM credential_batches")
    stored = Path(settings.storage_url.removeprefix("file://")) / parts[0]["key"]
    assert b"%PDF" not in stored.read_bytes()
    staff, path = house.browser("hanna"), f"/admin/credentials/{public_id}"
    taken = staff.send(f"{path}/letters", {"part": "1"}, form=path)
    assert taken.data.startswith(b"%PDF")
    assert taken.headers["Cache-Control"] == "no-store"
    assert ("credentials.letters_downloaded", "hanna") in house.sql("SELECT action, actor FROM audit_entries")
    assert staff.send(f"{path}/letters", {"part": "9"}, form=path).status_code == 404
    assert staff.send(f"{path}/printed", {}, form=path).status_code == 303
    assert not stored.exists()
    assert house.sql("SELECT count(*) FROM credential_issues WHERE sealed IS NOT NULL") == [(0,)]
    assert staff.send(f"{path}/letters", {"part": "1"}, form="/settings/password").status_code == 404


def test_letters_nobody_printed_go_after_a_week(house: House, settings: Any) -> None:
    from app.credentials.commands import wiping

    house.work_off(begin(house, Place("B2"), "letter"))
    ((parts,),) = house.sql("SELECT parts FROM credential_batches")
    house.sql("UPDATE credential_batches SET letters_until = now()")
    house.sql("UPDATE credential_issues SET at = now() - interval '8 days'")
    house.do(wiping.wipe_old)
    assert not (Path(settings.storage_url.removeprefix("file://")) / parts[0]["key"]).exists()


def test_many_letters_come_in_parts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.credentials import rules

    monkeypatch.setattr(rules, "PART", 2)
    public_id = begin(house, way="letter")
    house.work_off(public_id)
    assert [len(letters(house, public_id, part)) for part in (1, 2, 3)] == [2, 2, 1]


def test_staff_of_a_building_reach_only_theirs(house: House) -> None:
    limited = replace(
        system("tests"), kind="account", role=Role.CLERK, can=rights(Role.CLERK, True), buildings=frozenset({"B2"})
    )
    whole = begin(house, Place("B1"), "letter")
    house.work_off(begin(house, way="letter", actor=limited))
    assert house.sql("SELECT login FROM accounts WHERE role = 'resident' ORDER BY login") == [("O4",), ("O5",)]
    with pytest.raises(Refused):
        begin(house, Place("B1"), "letter", actor=limited)
    from app.credentials import queries

    with pytest.raises(NotThere):
        house.do(queries.batch, limited, whole)
    assert len(house.do(queries.batches, limited).rows) == 1


def test_through_the_pages(house: House) -> None:
    staff = house.browser("hanna")
    page = "/admin/credentials"
    counted = staff.send(page, {"building": "B1", "way": "best", "action": "count"})
    assert counted.status_code == 200
    assert "z telefonem" in counted.text
    started = staff.send(page, {"building": "B1", "staircase": "A", "way": "letter", "action": "start"})
    assert started.status_code == 303
    assert "Wydajemy dane" in staff.get(started.headers["Location"]).text
    house.work_off(started.headers["Location"].rsplit("/", 1)[1])
    assert "listy do wydrukowania" in staff.get(page).text
    refused = staff.send(page, {"building": "B\x009", "way": "best", "action": "start"})
    assert refused.status_code == 400
    assert house.browser("irena").get(page).status_code == 404
