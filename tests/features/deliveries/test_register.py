"""The register of deliveries: whoever changes it is found out, forgetting a person is not a change, proofs on paper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.core import chains as rules
from app.core.chains import Link
from app.deliveries import sealing
from config.settings import libpq_url
from tests.features.outbox.conftest import Outbox
from tests.features.outbox.crooked import Crooked
from tests.paper import page_words

LETTERS = 5


def words(pdf: bytes) -> str:
    """What is printed, without the spaces, which a line may break at."""
    return "".join("".join(page_words(pdf)).replace("\u200b", "").split())


@pytest.fixture
def register(outbox: Outbox, mailer: Any) -> Iterator[Outbox]:
    """A manager with some deliveries, all of them sealed."""
    outbox.write(LETTERS)
    assert outbox.turn(mailer) is None
    with outbox.bound():
        assert sealing.seal() == LETTERS
        yield outbox


@pytest.fixture
def owner(settings: Any) -> Callable[..., None]:
    def run(outbox: Outbox, statement: str) -> None:
        with psycopg.connect(libpq_url(settings.database_url), autocommit=True) as connection:
            connection.execute(f'SET search_path TO "{outbox.tenant.schema}"')
            assert connection.execute(statement).rowcount != 0, "the attack must do something"

    return run


def as_manager(statement: str) -> Any:
    """Run a statement with the bound manager's rights; what it returned, if it did."""
    from tenants.db import db

    result = db.session.execute(text(statement))
    found = result.scalar() if result.returns_rows else None
    db.session.commit()
    return found


def kind() -> str | None:
    verdict = sealing.verify()
    return verdict.broken.kind if verdict.broken else None


def test_a_register_that_nobody_touched_holds(register: Outbox) -> None:
    verdict = sealing.verify()
    assert (verdict.broken, verdict.sealed, verdict.waiting) == (None, LETTERS, 0)
    assert sealing.seal() == 0 and not sealing.waits()


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        ("UPDATE delivery_events SET whom = 'kto.inny@example.org' WHERE id = 2", rules.ALTERED),
        ("UPDATE delivery_events SET note = '250 przyjęto' WHERE id = 2", rules.ALTERED),
        ("UPDATE delivery_events SET kind = 'confirmed' WHERE id = 2", rules.ALTERED),
        ("UPDATE delivery_events SET at = at - interval '1 day' WHERE id = 2", rules.ALTERED),
        ("UPDATE delivery_events SET proof = sha256('x') WHERE id = 2", rules.ALTERED),
        ("UPDATE outbox_items SET message_id = 'inny@x' WHERE id = 2", rules.ALTERED),
        ("DELETE FROM delivery_events WHERE id = 2", rules.DELETED),
        ("DELETE FROM delivery_seals WHERE sequence = 2", rules.GAP),
        ("DELETE FROM delivery_seals WHERE sequence = 5", rules.CUT),
    ],
)
def test_whoever_changes_it_is_found_out(register: Outbox, owner: Any, attack: str, found: str) -> None:
    owner(register, attack)
    assert kind() == found


def test_a_chain_calculated_anew_is_found(register: Outbox, owner: Any) -> None:
    owner(register, "UPDATE delivery_events SET whom = NULL, note = NULL, proof = sha256('x') WHERE id = 2")
    owner(register, "DELETE FROM delivery_seals")
    with pytest.raises(sealing.Tampered):
        sealing.seal()
    assert kind() == rules.CUT


def test_the_managers_role_can_only_wipe(register: Outbox) -> None:
    from tenants.db import db

    for statement in (
        "DELETE FROM delivery_events",
        "UPDATE delivery_events SET kind = 'opened'",
        "DELETE FROM delivery_seals",
        "UPDATE delivery_seals SET sequence = 9",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            db.session.execute(text(statement))
        db.session.rollback()


def test_forgetting_a_person_leaves_the_chain_whole(register: Outbox) -> None:
    as_manager("UPDATE delivery_events SET whom = NULL, note = NULL WHERE id = 2")
    as_manager("UPDATE outbox_items SET address = NULL, recipient_name = NULL, context = '{}' WHERE id = 2")
    assert kind() is None


def test_old_letters_are_forgotten_in_the_register_too(register: Outbox) -> None:
    from app.personal.commands.forgetting import forget_old

    as_manager("UPDATE outbox_items SET created_at = now() - interval '20 years'")
    while forget_old(30) is None:
        pass
    assert as_manager("SELECT count(*) FROM delivery_events WHERE whom IS NOT NULL OR note IS NOT NULL") == 0
    assert kind() is None


def test_links_in_any_wrong_order_break() -> None:
    fields = {"id": 1, "at": "x", "kind": "sent", "delivery": "d", "message_id": "m", "channel": "email", "proof": ""}
    first = rules.sealed(rules.GENESIS, fields)
    second = rules.sealed(first, fields)
    good = [Link(1, 1, first, fields), Link(2, 2, second, fields)]
    assert rules.broken(good)[0] is None
    for wrong in ([good[1]], [good[1], good[0]], [good[0], Link(2, 2, first, fields)]):
        assert rules.broken(wrong)[0] is not None


def test_on_the_command_line(register: Outbox, owner: Any, flask_command: Any) -> None:
    slug = register.tenant.slug
    done = flask_command("deliveries", "verify", slug, "--json")
    assert (done.returncode, json.loads(done.stdout)["sealed"]) == (0, LETTERS)
    owner(register, "UPDATE delivery_events SET whom = 'x@example.org' WHERE id = 3")
    done = flask_command("deliveries", "verify", slug)
    assert done.returncode == 1
    assert "Zdarzenie 3" in done.stdout


def test_a_proof_of_one_delivery_and_of_a_mailing(staff: Any, books: Outbox, mailer: Any, crooked: Crooked) -> None:
    books.write(3)
    books.turn(mailer)
    delivery = books.rows("public_id", "ORDER BY id")[0][0]
    browser = staff("admin")
    one = browser.get(f"/admin/deliveries/{delivery}/proof.pdf")
    assert one.content_type == "application/pdf"
    printed = words(one.data)
    for word in ("Potwierdzenie doręczenia", "Przegląd gazowy", "250 taken", "r1@example.org"):
        assert word.replace(" ", "") in printed, word
    many = browser.get("/admin/deliveries/mailing.pdf?cause=mailout:1")
    assert many.status_code == 200, many.text
    assert "r3@example.org" in words(many.data)
    for wrong in ("", "mailout:2", "x" * 10_000, "\0"):
        assert browser.get("/admin/deliveries/mailing.pdf", query_string={"cause": wrong}).status_code in (400, 404)


def test_the_sums_of_a_mailing_say_how_many_still_wait(staff: Any, books: Outbox) -> None:
    books.write(3)
    many = words(staff("admin").get("/admin/deliveries/mailing.pdf?cause=mailout:1").data)
    assert "Odbiorców3Czekanawysłanie3Wysłano0" in many
