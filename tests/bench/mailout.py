"""How fast a mailout leaves: the outbox's own drain against a bare smtplib loop over one kept connection.

Both send the same number of messages of the same size to the same sink in the same run, in alternating rounds.
The drain writes each letter (HTML and text, personal) and commits each state; the loop sends one ready message.
"""

from __future__ import annotations

import dataclasses
import json
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from typing import Any

from config.settings import Settings

PAPER_REPEATS = 5000  # of a word of some nine characters: a paper of about 45 KB
ROOT = Path(__file__).resolve().parents[2]
BODY = "\n\n".join(f"Punkt {n}. Informujemy o przeglądzie instalacji w mieszkaniach. " * 3 for n in range(1, 9))


@contextmanager
def sink(kind: str) -> Iterator[int]:
    """The port of a mail server in a process of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.sink", *([kind] if kind else [])],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.stdin.close()


def run(settings: Settings, messages: int = 5000, rounds: int = 5, recipients: int = 20_000) -> dict[str, Any]:
    """All that is promised of mailouts, on tenants made for this and removed again; prints and returns the figures.

    `ratio` is the drain's messages a second over the bare loop's, the median of the rounds; `slow_ratio` and
    `thoughtful_ratio` the same with a server that takes 20 ms for each answer, or for each message. `queue_seconds` is
    the time for writing a mailout with a personal paper for each of `recipients`; `paper_per_second` how many such
    letters leave in a second, and `paper_mb` what the process grew by while it did.
    """
    import app.outbox.jobs  # noqa: F401  registers the job

    few = max(40, messages // 50)
    figures: dict[str, Any] = {"messages": messages, "rounds": rounds}
    with _house(settings, "aiosmtpd") as (tenant, port):
        figures |= _compared(tenant, port, messages // rounds, rounds)
        figures |= _papers(tenant, port, recipients, messages // 2)
    for server in ("slow", "thoughtful"):
        with _house(settings, server) as (tenant, port):
            found = _compared(tenant, port, few, 2 if rounds < 5 else 3, drained=few * 10)
            figures |= {f"{server}_{name}": value for name, value in found.items() if name != "bytes"}
    print(json.dumps(figures))
    return figures


@contextmanager
def _house(settings: Settings, server: str) -> Iterator[tuple[Any, int]]:
    """A tenant whose mail goes to a server of this kind, and the server's port."""
    from app.factory import create_app
    from tenants import provisioning

    with sink(server) as port:
        made = create_app(dataclasses.replace(settings, mail_url=f"smtp://127.0.0.1:{port}"))
        slug = f"bench{time.time_ns() % 10**9}"
        with made.app_context():
            tenant = provisioning.provision(
                settings.database_url, slug=slug, name="Benchmark", kind="cooperative", base_domain=settings.base_domain
            )
            try:
                yield tenant, port
            finally:
                provisioning.remove(settings.database_url, slug)


def _compared(tenant: Any, port: int, each: int, rounds: int, drained: int | None = None) -> dict[str, Any]:
    """`each` messages by the bare loop, `drained` (as many, unless said) by the drain, in alternating rounds."""
    bare, fast, size = [], [], 0
    count = drained or each
    ready = _one_message(tenant)
    for number in range(rounds):
        bare.append(each / _bare(port, ready, each))
        _write(tenant, f"mailout:{number}", count)
        before = _taken(port)
        fast.append(count / _drain(tenant))
        if _taken(port) - before != count:
            raise RuntimeError("the sink did not get every message once")
        size = len(ready)
    return {
        "bytes": size,
        "bare_per_second": round(median(bare), 1),
        "drain_per_second": round(median(fast), 1),
        "ratio": round(median(d / b for d, b in zip(fast, bare, strict=True)), 3),
    }


def _papers(tenant: Any, port: int, recipients: int, sent: int) -> dict[str, Any]:
    """Queue a mailout with a personal paper for each recipient; send the first of them."""
    from app.core import work
    from app.outbox import attaching
    from app.outbox.commands import withdraw
    from tenants.context import bind

    attaching.register("bench.paper", lambda args: b"%PDF-1.7\n" + str(args["unit"]).encode() * PAPER_REPEATS)
    papers = (
        "jsonb_build_object('attachments', jsonb_build_array(jsonb_build_object('make', 'bench.paper', 'name', "
        "'Zawiadomienie.pdf', 'args', jsonb_build_object('unit', 'lokal ' || n))))"
    )
    started = time.perf_counter()
    _write(tenant, "mailout:papers", recipients, papers)
    queued = time.perf_counter() - started
    with bind(tenant):
        withdraw("mailout:papers")
        work.commit()
    _write(tenant, "mailout:sent", sent, papers)
    memory = getrusage(RUSAGE_SELF).ru_maxrss
    before, took = _taken(port), _drain(tenant)
    if _taken(port) - before != sent:
        raise RuntimeError("the sink did not get every message once")
    return {
        "recipients": recipients,
        "queue_seconds": round(queued, 2),
        "paper_per_second": round(sent / took, 1),
        "paper_mb": round((getrusage(RUSAGE_SELF).ru_maxrss - memory) / 1024, 1),
    }


def _bare(port: int, message: bytes, count: int) -> float:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as server:
        started = time.perf_counter()
        for number in range(count):
            server.sendmail("no-reply@bench.example", [f"r{number}@bench.example"], message)
        return time.perf_counter() - started


def _taken(port: int) -> int:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench") as server:
        return int(server.docmd("NOOP")[1])


def _write(tenant: Any, cause: str, count: int, context: str = "'{}'::jsonb") -> None:
    from app.core import work
    from app.outbox import commands
    from tenants.context import bind

    with bind(tenant):
        commands.post_set(
            "mailout",
            cause,
            {"subject": "Przegląd instalacji gazowej w Państwa budynku", "body_text": BODY},
            "SELECT 'r' || n AS recipient_key, 'r' || n || '@bench.example' AS address, 'Łucja Żak ' || n AS name, "
            f"'pl' AS locale, {context} AS context FROM generate_series(1, :count) AS n",
            {"count": count},
        )
        work.commit()


def _drain(tenant: Any) -> float:
    from app.core.jobs import body
    from app.outbox.commands import DRAIN
    from tenants.context import bind

    started = time.perf_counter()
    turn: Any = True
    while turn is not None:
        with bind(tenant):
            turn = body(DRAIN).run(lane="bulk")
    return time.perf_counter() - started


def _one_message(tenant: Any) -> bytes:
    """A message just like those of the drain."""
    from app.core.letter import Delivery
    from app.gateways.mime import compose
    from app.office.queries import profile
    from app.outbox import carriers, letters, rendering
    from tenants.context import bind

    with bind(tenant):
        office = profile()
        url = "https://bench.example/unsubscribe/" + "x" * 110
        context = {"subject": "Przegląd instalacji gazowej w Państwa budynku", "body_text": BODY}
        letter = rendering.rendered(
            letters.kind("mailout"), context, office=office, name="Łucja Żak 1", locale="pl", unsubscribe_url=url
        )
        delivery = Delivery("r1@bench.example", "Łucja Żak 1", "x" * 22 + "@bench.example", "x" * 22, url)
        return compose(carriers.sender(office), letter, delivery)
