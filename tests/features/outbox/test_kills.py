"""kill -9 in the middle of sending: nobody is lost, and each kill repeats at most the one letter in flight."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.features.outbox.conftest import Outbox
from tests.features.outbox.crooked import Crooked

LETTERS = 10_000
KILLS = 100
SEED = 20261121


def drain_in_a_process(app: Any, outbox: Outbox, url: str, seconds: float = 0.2) -> int:
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
        while (again := outbox.turn(mailer, seconds=seconds)) is not None and not again.seconds:
            pass
        code = 0
    finally:
        os._exit(code)


def expire(outbox: Outbox) -> None:
    """What the clock would do: the lease of whoever was killed runs out."""
    outbox.sql("UPDATE outbox_items SET lease_until = now() - interval '1 s' WHERE state = 'sending'")


def test_a_hundred_kills_during_ten_thousand_letters(app: Any, outbox: Outbox, crooked: Crooked) -> None:
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
        expire(outbox)
        if outbox.states() == {"sent": LETTERS}:
            break
    got = Counter(crooked.addresses())
    assert set(got) == {f"r{n}@example.org" for n in range(1, LETTERS + 1)}
    assert outbox.states() == {"sent": LETTERS}
    assert kills == KILLS
    assert max(got.values()) <= 1 + kills
    assert sum(got.values()) - LETTERS <= kills, f"seed {SEED}: {kills} kills"
    assert outbox.sql("SELECT count(*) FROM delivery_events WHERE kind = 'sent'") == [(LETTERS,)]
    ids = {line for _to, content in crooked.messages for line in content.split(b"\r\n") if line[:11] == b"Message-ID:"}
    assert len(ids) == LETTERS


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def when_helped(parent: int) -> list[int]:
    """The helpers of a turn, as soon as it has some; none when it ended without."""
    while not (helpers := children(parent)) and "\nState:\tZ" not in status(parent):
        time.sleep(0.01)
    return helpers


def until_gone(pids: list[int]) -> None:
    ends = time.monotonic() + 60
    while any(Path(f"/proc/{pid}").exists() and "\nState:\tZ" not in status(pid) for pid in pids):
        assert time.monotonic() < ends, "somebody does not end"
        time.sleep(0.01)


def status(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/status").read_text()
    return "\nState:\tZ"


def test_helpers_of_a_slow_server_keep_the_promise_one_by_one(app: Any, outbox: Outbox) -> None:
    """A turn with several connections: whichever process is killed, it repeats at most the one letter it had."""
    chance, letters, kills, helped = random.Random(SEED), 300, 0, 0
    outbox.write(letters)
    with Crooked(thinks=0.02) as slow:
        for number in range(200):
            parent = drain_in_a_process(app, outbox, slow.url, seconds=3)
            if number < 6:
                helpers = when_helped(parent)
                time.sleep(chance.uniform(0, 0.1))
                helped += bool(helpers)
                for victim in {parent, *chance.sample(helpers, min(2, len(helpers)))}:
                    os.kill(victim, signal.SIGKILL)
                    kills += 1
                os.waitpid(parent, 0)
                until_gone(helpers)
            else:
                os.waitpid(parent, 0)
            expire(outbox)
            if outbox.states() == {"sent": letters}:
                break
        got = Counter(slow.addresses())
    assert helped, "the server was slow, and nobody helped"
    assert set(got) == {f"r{n}@example.org" for n in range(1, letters + 1)}
    assert sum(got.values()) - letters <= kills, f"seed {SEED}: {kills} kills"


def test_two_workers_at_once_send_each_letter_once(app: Any, outbox: Outbox, crooked: Crooked) -> None:
    outbox.write(200)
    children = [drain_in_a_process(app, outbox, crooked.url) for _worker in range(3)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert Counter(crooked.addresses()) == Counter(f"r{n}@example.org" for n in range(1, 201))
    assert outbox.states() == {"sent": 200}
