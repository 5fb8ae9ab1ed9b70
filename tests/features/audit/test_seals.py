"""Whoever holds the owner's login can change the log, and is found out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.audit import sealing
from app.core import audit, work
from app.core import chains as rules
from app.core.actor import system
from app.core.chains import Link
from config.settings import libpq_url
from tenants.context import bind
from tenants.db import PLATFORM, db
from tenants.registry import Tenant

LINES = 5


@pytest.fixture
def log(context: Any, tenant: Tenant) -> Iterator[Tenant]:
    """A manager with some lines in the log, all of them sealed."""
    with bind(tenant):
        for number in range(LINES):
            audit.record(system("tests"), "office.updated", f"wpis {number}", before={"name": "Ó"}, after={"name": 1.5})
        work.commit()
        assert sealing.seal() >= LINES
        yield tenant


@pytest.fixture
def owner(settings: Any) -> Callable[..., None]:
    """Runs a statement with the database owner's rights in a manager's schema."""

    def run(tenant: Tenant, statement: str, *values: Any) -> None:
        with psycopg.connect(libpq_url(settings.database_url), autocommit=True) as connection:
            connection.execute(f'SET search_path TO "{tenant.schema}"')
            assert connection.execute(statement, values).rowcount != 0, "the attack must do something"

    return run


def kind() -> str | None:
    verdict = sealing.verify()
    return verdict.broken.kind if verdict.broken else None


def ids() -> list[int]:
    found = list(db.session.execute(text("SELECT id FROM audit_entries ORDER BY id")).scalars())
    db.session.rollback()
    return found


def test_a_log_that_nobody_touched_holds(log: Tenant) -> None:
    verdict = sealing.verify()
    assert verdict.broken is None and verdict.sealed == len(ids()) and verdict.waiting == 0
    assert sealing.seal() == 0, "nothing is sealed twice"


def test_what_is_written_afterwards_waits_and_is_sealed_next_time(log: Tenant) -> None:
    audit.record(system("tests"), "office.updated", "później")
    work.commit()
    assert sealing.waits() and sealing.verify().waiting == 1
    assert sealing.seal() == 1 and not sealing.waits() and kind() is None


@pytest.mark.parametrize(
    "change",
    ["subject = 'inny'", "actor = 'ktoś'", "address = '198.51.100.1'", "at = at + interval '1 second'",
     "detail = '{}'", "action = 'account.blocked'", "actor_kind = 'operator'"],
)  # fmt: skip
def test_an_altered_line_is_found(log: Tenant, owner: Any, change: str) -> None:
    owner(log, f"UPDATE audit_entries SET {change} WHERE id = %s", ids()[2])
    broken = sealing.verify().broken
    assert broken and broken.kind == rules.ALTERED and broken.line_id == ids()[2]


@pytest.mark.parametrize("place", [0, 2, -1])
def test_a_removed_line_is_found_wherever_it_stood(log: Tenant, owner: Any, place: int) -> None:
    gone = ids()[place]
    owner(log, "DELETE FROM audit_entries WHERE id = %s", gone)
    broken = sealing.verify().broken
    assert broken and broken.kind == rules.DELETED and broken.line_id == gone


def test_a_line_removed_together_with_its_seal_is_found(log: Tenant, owner: Any) -> None:
    gone = ids()[2]
    owner(log, "DELETE FROM audit_entries WHERE id = %s", gone)
    owner(log, "DELETE FROM audit_seals WHERE entry_id = %s", gone)
    assert kind() == rules.GAP


def test_a_log_that_was_cut_at_its_end_is_found(log: Tenant, owner: Any) -> None:
    gone = ids()[-1]
    owner(log, "DELETE FROM audit_entries WHERE id = %s", gone)
    owner(log, "DELETE FROM audit_seals WHERE entry_id = %s", gone)
    assert kind() == rules.CUT
    with pytest.raises(sealing.Tampered):
        sealing.seal()


def test_an_emptied_log_is_found(log: Tenant, owner: Any) -> None:
    owner(log, "DELETE FROM audit_seals")
    owner(log, "DELETE FROM audit_entries")
    assert kind() == rules.CUT


def test_a_chain_calculated_anew_is_found(log: Tenant, owner: Any) -> None:
    """The attacker alters a line, forgets the seals and has a fresh chain made by our own code."""
    owner(log, "UPDATE audit_entries SET subject = 'inny' WHERE id = %s", ids()[1])
    owner(log, "DELETE FROM audit_seals")
    with pytest.raises(sealing.Tampered):
        sealing.seal()
    assert kind() == rules.CUT
    head = db.engines[PLATFORM]
    with head.begin() as connection:
        kept = connection.execute(
            text("DELETE FROM platform.audit_heads WHERE tenant_id = :id RETURNING sequence, hash"), {"id": log.id}
        ).one()
    sealing.seal()
    assert kind() is None, "without the platform's memory the forged chain would hold"
    with head.begin() as connection:
        connection.execute(
            text("UPDATE platform.audit_heads SET sequence = :sequence, hash = :hash WHERE tenant_id = :id"),
            {"id": log.id, **kept._mapping},
        )
    assert kind() == rules.CUT


def test_a_line_put_in_with_an_old_date_is_found_and_never_sealed(log: Tenant, owner: Any) -> None:
    owner(
        log,
        "INSERT INTO audit_entries (at, actor_kind, actor, action, subject) "
        "VALUES (now() - interval '3 days', 'account', 'admin', 'account.blocked', 'P1')",
    )
    assert sealing.seal() == 0
    assert kind() == rules.INSERTED


def test_a_line_whose_transaction_ended_late_is_sealed_later_and_holds(log: Tenant, app: Any) -> None:
    engine: Any = db.session.get_bind()
    statement = text(
        "INSERT INTO audit_entries (actor_kind, actor, action, subject) "
        "VALUES ('system', 'import', 'import.received', :s)"
    )
    slow = engine.connect()
    slow.execute(statement, {"s": "długi import"})
    with engine.begin() as quick:
        quick.execute(statement, {"s": "szybki wpis"})
    assert sealing.seal() == 1
    slow.commit()
    slow.close()
    assert sealing.seal() == 1 and kind() is None


def test_the_managers_role_can_neither_change_nor_remove_lines_and_seals(log: Tenant) -> None:
    for table in ("audit_entries", "audit_seals"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = 1" if table == "audit_entries" else ""):
            if statement:
                with pytest.raises(ProgrammingError, match="permission denied"):
                    db.session.execute(text(statement))
                db.session.rollback()
    with pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(text("SELECT * FROM platform.audit_heads"))


def test_the_command_line_names_the_first_broken_entry(
    app: Any, tenant: Tenant, owner: Any, flask_command: Callable[..., Any]
) -> None:
    sealed = flask_command("audit", "seal", tenant.slug, "--json")
    assert sealed.returncode == 0 and json.loads(sealed.stdout)["sealed"] >= 0
    with app.app_context(), bind(tenant):
        audit.record(system("tests"), "office.updated", "pierwszy")
        audit.record(system("tests"), "office.updated", "drugi")
        work.commit()
        sealing.seal()
        first = ids()[-2]
    whole = flask_command("audit", "verify", tenant.slug)
    assert whole.returncode == 0 and "nienaruszony" in whole.stdout
    owner(tenant, "UPDATE audit_entries SET subject = 'inny' WHERE id >= %s", first)
    broken = flask_command("audit", "verify", tenant.slug, "--json")
    found = json.loads(broken.stdout)
    assert broken.returncode == 1 and found["whole"] is False and found["broken"]["line_id"] == first
    assert f"Wpis {first}" in flask_command("audit", "verify", tenant.slug).stdout
    assert flask_command("audit", "verify", "nie-ma-takiego").returncode == 1


FIELD = st.text(max_size=20)
LINE = st.fixed_dictionaries({name: FIELD for name in sealing.FIELDS if name != "id"})


def chain(lines: list[dict[str, str]]) -> list[Link]:
    links, previous = [], rules.GENESIS
    for number, line in enumerate(lines, start=1):
        fields = {"id": number * 3, **line}
        previous = rules.sealed(previous, fields)
        links.append(Link(number, number * 3, previous, fields))
    return links


@given(st.lists(LINE, max_size=8))
def test_any_chain_holds_as_it_was_made(lines: list[dict[str, str]]) -> None:
    links = chain(lines)
    found, last, place = rules.broken(links)
    assert found is None and place == len(lines) and last == (links[-1].hash if links else rules.GENESIS)


@given(st.lists(LINE, min_size=1, max_size=8), st.data())
def test_any_change_of_any_field_of_any_line_is_found_at_that_line(lines: list[dict[str, str]], data: Any) -> None:
    links = chain(lines)
    place = data.draw(st.integers(0, len(links) - 1))
    name = data.draw(st.sampled_from(sealing.FIELDS))
    value = data.draw(st.integers() if name == "id" else FIELD)
    old = links[place].fields
    assert old is not None
    if old[name] == value:
        return
    links[place] = Link(place + 1, links[place].line_id, links[place].hash, {**old, name: value})
    found, _hash, _place = rules.broken(links)
    assert found and found.kind == rules.ALTERED and found.sequence == place + 1


@given(st.lists(LINE, min_size=2, max_size=8), st.data())
def test_two_lines_that_changed_places_are_found(lines: list[dict[str, str]], data: Any) -> None:
    links = chain(lines)
    place = data.draw(st.integers(0, len(links) - 2))
    one, two = links[place], links[place + 1]
    links[place] = Link(one.sequence, two.line_id, one.hash, two.fields)
    links[place + 1] = Link(two.sequence, one.line_id, two.hash, one.fields)
    found, _hash, _place = rules.broken(links)
    assert found and found.sequence == place + 1
