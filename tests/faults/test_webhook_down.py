"""Stripe's events over real HTTP while the database falls and comes back: each is kept once, or Stripe is told to try
again."""

from __future__ import annotations

import http.client
import json
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import psycopg
import pytest

from app.gateways.payments.events import signature
from config.local import processes
from tests.faults.conftest import STRIPE_SECRET, Deployment

pytestmark = pytest.mark.xdist_group("faults")


def event(number: int) -> bytes:
    about = {"id": f"in_{number}", "object": "invoice"}
    told = {"id": f"evt_{number}", "object": "event", "type": "invoice.paid", "created": 1, "livemode": False}
    return json.dumps(told | {"data": {"object": about}}).encode()


def told(deployment: Deployment, payload: bytes) -> int:
    """Post one event, signed now; the status, 0 without an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", deployment.port, timeout=40)
    headers = {
        "Host": "console.osiedle.test",
        "Content-Type": "application/json",
        "Stripe-Signature": signature(payload, STRIPE_SECRET, at=datetime.now(UTC)),
    }
    try:
        connection.request("POST", "/stripe/webhook", payload, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def kept(deployment: Deployment) -> dict[str, int]:
    with psycopg.connect(deployment.servers.database_url) as connection:
        rows = connection.execute("SELECT event_id, deliveries FROM platform.stripe_events").fetchall()
        return {str(name): int(times) for name, times in rows}


def test_one_event_twenty_times_at_once_is_kept_once(deployment: Deployment) -> None:
    payload = event(1)
    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(lambda _n: told(deployment, payload), range(20))) == [200] * 20
    assert kept(deployment)["evt_1"] == 20
    with psycopg.connect(deployment.servers.database_url) as connection:
        jobs = connection.execute("SELECT count(*) FROM platform.jobs WHERE key = '/in_1'").fetchone()
    assert jobs == (1,)


def careful(deployment: Deployment) -> None:
    """Have the careless server of the tests write down what it commits, as every other does."""
    with psycopg.connect(deployment.servers.database_url, autocommit=True) as owner:
        owner.execute("ALTER ROLE osiedle_platform SET synchronous_commit TO on")
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'osiedle_platform'")
    deployment.until(200, "/login", seconds=10)


def test_a_database_that_dies_at_once_loses_no_event_and_doubles_none(deployment: Deployment) -> None:
    """As Stripe does, whatever was not taken is sent again; the server dies without time to finish anything."""
    careful(deployment)
    postgres = deployment.server("PostgreSQL")
    waiting = list(range(100, 160))
    with ThreadPoolExecutor(6) as pool:
        first = [pool.submit(told, deployment, event(number)) for number in waiting]
        processes.wait_until(lambda: sum(one.done() for one in first) >= 10, 20)
        postgres.process.send_signal(signal.SIGQUIT)
        answers = [one.result() for one in first]
    assert set(answers) <= {200, 503}, set(answers)
    assert 503 in answers
    assert told(deployment, event(99)) == 503, "nobody says yes to what is not written"
    postgres.stop()
    postgres.start()
    assert processes.wait_until(postgres.ready, 20)
    deployment.until(200, "/login", seconds=10)
    left = [number for number, status in zip(waiting, answers, strict=True) if status != 200]
    assert [told(deployment, event(number)) for number in left] == [200] * len(left)
    found = kept(deployment)
    assert {f"evt_{number}" for number in waiting} <= found.keys()
    assert "evt_99" not in found
