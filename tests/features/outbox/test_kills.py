"""kill -9 in the middle of sending: nobody is lost, and each kill repeats at most the one letter in flight."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from typing import Any

from tests.features.outbox.conftest import Outbox
from tests.features.outbox.crooked import Crooked

LETTERS = 400
KILLS = 25
SEED = 20261121


def drain_in_a_process(app: Any, outbox: Outbox, url: str) -> int:
    """A worker of its own, forked from here; returns its process id. It ends with 0 when nothing is left."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        from app.gateways.mail import SmtpMailer, server
        from tenants.db import forget_connections

        forget_connections(app)
        mailer = SmtpMailer(server(url))
        while (again := outbox.turn(mailer, seconds=0.2)) is not None and not again.seconds:
            pass
        code = 0
    finally:
        os._exit(code)


def test_killed_again_and_again(app: Any, outbox: Outbox, crooked: Crooked) -> None:
    chance = random.Random(SEED)
    outbox.write(LETTERS)
    kills = 0
    for _try in range(KILLS * 8):
        child = drain_in_a_process(app, outbox, crooked.url)
        if kills < KILLS:
            time.sleep(chance.uniform(0.005, 0.12))
            os.kill(child, signal.SIGKILL)
        _pid, status = os.waitpid(child, 0)
        kills += os.WIFSIGNALED(status)
        # what the clock would do: the lease of whoever was killed runs out
        outbox.sql("UPDATE outbox_items SET lease_until = now() - interval '1 s' WHERE state = 'sending'")
        if outbox.states() == {"sent": LETTERS}:
            break
    got = Counter(crooked.addresses())
    assert set(got) == {f"r{n}@example.org" for n in range(1, LETTERS + 1)}
    assert outbox.states() == {"sent": LETTERS}
    assert kills >= 5
    assert sum(got.values()) - LETTERS <= kills, f"seed {SEED}: {kills} kills"
    lines = {line for _to, content in crooked.messages for line in content.split(b"\r\n")}
    assert len([line for line in lines if line.startswith(b"Message-ID:")]) == LETTERS


def test_two_workers_at_once_send_each_letter_once(app: Any, outbox: Outbox, crooked: Crooked) -> None:
    outbox.write(200)
    children = [drain_in_a_process(app, outbox, crooked.url) for _worker in range(3)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert Counter(crooked.addresses()) == Counter(f"r{n}@example.org" for n in range(1, 201))
    assert outbox.states() == {"sent": 200}
