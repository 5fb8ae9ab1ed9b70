"""Rows of the outbox on their way: states, retries, secrets, leases, declining."""

from __future__ import annotations

import email
from concurrent.futures import ThreadPoolExecutor
from email.policy import default
from typing import Any

import pytest

from app.core.jobs import Again
from app.outbox import rules
from tests.features.outbox.conftest import Outbox
from tests.features.outbox.crooked import CUT, Crooked


def test_every_row_leaves_once(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    assert outbox.write(120) == 120
    assert outbox.write(120) == 0
    assert outbox.turn(mailer) is None
    assert sorted(crooked.addresses()) == sorted(f"r{n}@example.org" for n in range(1, 121))
    assert outbox.states() == {"sent": 120}
    assert outbox.rows("count(DISTINCT message_id), count(*) FILTER (WHERE live), max(attempts)", "") == [(120, 0, 1)]
    assert outbox.turn(mailer) is None
    assert len(crooked.messages) == 120


def test_a_letter_as_it_arrives(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    outbox.write(1)
    outbox.turn(mailer)
    ((message_id, public_id),) = outbox.rows("message_id, public_id", "")
    message: Any = email.message_from_bytes(crooked.messages[0][1], policy=default)
    domain = f"{outbox.tenant.slug}.osiedle.test"
    assert message["From"].addresses[0].addr_spec == f"no-reply@{domain}"
    assert message["From"].addresses[0].display_name == "SM „Łąka”"
    assert message["Message-ID"] == f"<{message_id}>"
    assert message_id == f"{public_id}@{domain}"
    assert message["X-Osiedle-Delivery"] == public_id
    assert message["List-Unsubscribe"].startswith(f"<http://{domain}/unsubscribe/")
    assert message["Subject"] == "Przegląd gazowy"
    html = message.get_body(("html",)).get_content()
    assert "Dzień dobry &lt;Łucjo&gt;!" in html
    assert '<a href="https://example.org/a?b=c&amp;d=e">' in html
    assert "Dzień dobry <Łucjo>!" in message.get_body(("plain",)).get_content()


def test_refusals_are_told_apart(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    outbox.write(3)
    crooked.faults["RCPT"] += [b"250 OK", b"550 5.1.1 no such mailbox", b"451 greylisted"]
    again = outbox.turn(mailer)
    assert isinstance(again, Again)
    assert 50 < again.seconds <= 62
    assert outbox.rows("state, reason, deferrals", "ORDER BY id") == [
        ("sent", None, 0),
        ("failed", "550 5.1.1 no such mailbox", 0),
        ("queued", "451 greylisted", 1),
    ]
    outbox.sql("UPDATE outbox_items SET run_after = now() WHERE state = 'queued'")
    assert outbox.turn(mailer) is None
    assert outbox.states() == {"sent": 2, "failed": 1}


def test_not_now_for_a_whole_day_is_no(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    outbox.write(1)
    outbox.sql(f"UPDATE outbox_items SET deferrals = {len(rules.DEFERRALS)}")
    crooked.faults["RCPT"].append(b"451 still not")
    assert outbox.turn(mailer) is None
    assert outbox.rows("state, reason", "") == [("failed", "451 still not")]
    assert 23 * 3600 < sum(rules.DEFERRALS) < 24 * 3600


def test_a_server_that_is_down_costs_no_letter_its_tries(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    outbox.write(5)
    crooked.faults["hello"] += [b"554 not today"] * 3
    assert [outbox.turn(mailer) for _try in range(3)] == [Again(rules.DOWN_SECONDS)] * 3
    assert outbox.states() == {"queued": 5}
    assert outbox.rows("sum(deferrals), max(attempts)", "") == [(0, 1)]
    assert isinstance(outbox.turn(mailer), Again)
    assert crooked.addresses() == ["r4@example.org", "r5@example.org"]
    outbox.sql("UPDATE outbox_items SET run_after = now()")
    assert outbox.turn(mailer) is None
    assert outbox.states() == {"sent": 5}


def test_an_unknown_outcome_is_repeated_or_held(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    outbox.write(1)
    crooked.faults["taken"].append(CUT)
    assert isinstance(outbox.turn(mailer), Again)
    assert outbox.states() == {"queued": 1}
    outbox.secret()
    crooked.faults["taken"].append(CUT)
    assert outbox.turn(mailer, "urgent") is None
    assert outbox.rows("state, reason", "WHERE secret") == [("held", rules.UNKNOWN_OUTCOME)]


def test_secrets_are_sealed_and_forgotten(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    assert outbox.secret()
    assert not outbox.secret()
    assert "TOP-SECRET" not in str(outbox.rows("row_to_json(outbox_items)::text", ""))
    assert outbox.turn(mailer, "urgent") is None
    assert b"TOP-SECRET" in crooked.messages[0][1]
    assert b"List-Unsubscribe" not in crooked.messages[0][1]
    assert outbox.rows("state, context", "") == [("sent", {})]


def test_leases_that_ran_out(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    outbox.write(2)
    outbox.secret()
    outbox.sql("UPDATE outbox_items SET state = 'sending', attempts = 1, lease_until = now() + interval '60 seconds'")
    again = outbox.turn(mailer)
    assert isinstance(again, Again)
    assert 55 < again.seconds < 62
    assert not crooked.messages
    outbox.sql("UPDATE outbox_items SET lease_until = now() - interval '1 second'")
    assert outbox.turn(mailer) is None
    assert outbox.states() == {"sent": 2, "held": 1}


def test_a_lost_lease_cannot_write_over_its_successor(outbox: Outbox) -> None:
    from app.outbox.queue import Done, Outcome, Queue, engine

    outbox.write(1)
    with outbox.bound(), engine().connect() as connection:
        queue = Queue(connection, "bulk")
        (item,) = queue.waiting()
        queue.ask(item)
        first = queue.claimed()
        assert first is not None
        queue.ask(item)
        assert queue.claimed() is None
        with connection.begin():
            connection.exec_driver_sql("UPDATE outbox_items SET state = 'queued'")
        queue.ask(item)
        second = queue.claimed()
        assert second is not None
        assert not queue.record(Done(first, Outcome("failed", "late")))
        assert queue.record(Done(second, Outcome("sent")))
    assert outbox.states() == {"sent": 1}


def test_hopeless_addresses_never_reach_the_queue(outbox: Outbox) -> None:
    for number, address in enumerate(
        [None, "", "a", "a@b", "a@b.pl,c@d.pl", "a b@c.pl", "x" * 250 + "@b.pl", "a@b.pl\n"]
    ):
        outbox.secret(recipient_key=f"account:{number}", address=address)
    assert outbox.rows("state, reason, count(*)", "GROUP BY 1, 2 ORDER BY 2") == [
        ("skipped", rules.BAD_ADDRESS, 6),
        ("skipped", rules.NO_ADDRESS, 2),
    ]


def test_declining_counts_for_what_is_not_yet_sent(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    outbox.write(3)
    outbox.sql("INSERT INTO mail_optouts (address, topic) VALUES ('r1@example.org', 'mailouts')")
    outbox.turn(mailer)
    assert outbox.rows("address, reason", "WHERE state = 'skipped'") == [("r1@example.org", rules.DECLINED)]
    assert crooked.addresses() == ["r2@example.org", "r3@example.org"]
    outbox.write(3, cause="mailout:2")
    assert outbox.rows("address", "WHERE state = 'skipped' AND cause = 'mailout:2'") == [("r1@example.org",)]
    outbox.secret(address="r1@example.org")
    outbox.turn(mailer, "urgent")
    assert crooked.addresses()[-1] == "r1@example.org"


def test_a_turn_is_short(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    outbox.write(20)
    assert outbox.turn(mailer, seconds=0) == Again(0)
    assert outbox.states() == {"sent": 1, "queued": 19}


def test_a_letter_that_cannot_be_written_waits(outbox: Outbox, mailer: Any) -> None:
    outbox.secret(context={"login": "no link here"})
    assert isinstance(outbox.turn(mailer, "urgent"), Again)
    assert outbox.rows("state, reason", "") == [("queued", rules.UNREADABLE)]


@pytest.mark.parametrize("text", ["{{7*7}}", "{% for x in y %}", "{0.__class__}", "{config}", "%(x)s", "{imię.x}"])
def test_no_engine_sees_peoples_text(text: str) -> None:
    assert rules.filled(text, {"imię": "{nazwisko}", "nazwisko": "x"}) == text
    assert rules.filled("{imię}" + text, {"imię": "{nazwisko}", "nazwisko": "x"}) == "{nazwisko}" + text


def test_text_becomes_paragraphs_and_links() -> None:
    assert rules.as_html("<b>&\r\nx\n\n \nhttps://a.pl/x?y=1&z=2). javascript:alert(1)") == (
        '<p>&lt;b&gt;&amp;<br>\nx</p>\n<p><a href="https://a.pl/x?y=1&amp;z=2">https://a.pl/x?y=1&amp;z=2</a>).'
        " javascript:alert(1)</p>"
    )


def test_the_sweep_starts_what_nobody_drains(outbox: Outbox) -> None:
    from app.core import work
    from app.core.jobs import body

    outbox.write(2)
    outbox.secret()
    outbox.sql("DELETE FROM jobs")
    outbox.sql(
        "UPDATE outbox_items SET state = 'sending', attempts = 1, lease_until = now() - interval '1 s' "
        "WHERE secret OR address LIKE 'r1@%'"
    )
    with outbox.bound():
        assert body("outbox.sweep").run() is None
        work.commit()
    assert outbox.states() == {"queued": 2, "held": 1}
    assert outbox.sql("SELECT name, key, args FROM jobs") == [("outbox.drain", "bulk", {"lane": "bulk"})]


def test_the_database_away_for_a_moment_after_the_server_said_yes(
    outbox: Outbox, crooked: Crooked, settings: Any
) -> None:
    """The acceptance is recorded once the database is back; the letter does not go twice."""
    import psycopg

    from app.gateways.mail import SmtpMailer, server
    from config.settings import libpq_url

    outbox.write(3)

    cut = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'osiedle_app'"

    class Cutting(SmtpMailer):
        def hand_over(self, message: bytes) -> None:
            super().hand_over(message)
            if crooked.addresses()[-1].startswith("r2@"):
                with psycopg.connect(libpq_url(settings.database_url), autocommit=True) as owner:
                    owner.execute(cut)

    with pytest.raises(psycopg.OperationalError):
        outbox.turn(Cutting(server(crooked.url)))
    assert outbox.states() == {"sent": 2, "queued": 1}
    assert outbox.turn(SmtpMailer(server(crooked.url))) is None
    assert crooked.addresses() == ["r1@example.org", "r2@example.org", "r3@example.org"]


def test_an_envelope_offered_for_a_row_of_somebody_else_is_withdrawn(
    outbox: Outbox, crooked: Crooked, mailer: Any
) -> None:
    from app.outbox.queue import Queue

    outbox.write(3)
    waiting = Queue.waiting

    def seen_too_late(queue: Queue) -> Any:
        found = waiting(queue)
        if len(found) == 3:
            taken = "UPDATE outbox_items SET state = 'sent', live = false WHERE address LIKE 'r2@%'"
            with ThreadPoolExecutor(1) as pool:  # a thread has no tenant bound
                pool.submit(outbox.sql, taken).result()
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Queue, "waiting", seen_too_late)
        outbox.turn(mailer)
    assert crooked.addresses() == ["r1@example.org", "r3@example.org"]
    assert crooked.connections == 1
