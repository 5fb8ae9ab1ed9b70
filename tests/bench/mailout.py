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
from statistics import median
from typing import Any

from config.settings import Settings

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


def run(settings: Settings, messages: int = 5000, rounds: int = 5, server: str = "aiosmtpd") -> dict[str, Any]:
    """Both ways in turn on a tenant made for this and removed again; prints and returns the figures.

    `ratio` is the drain's messages a second over the bare loop's, the median of the rounds. `server` is the kind
    of `tests.bench.sink`; "" is one that answers at once, which no real server does.
    """
    import app.outbox.jobs  # noqa: F401  registers the job
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
                figures = _measured(tenant, port, messages // rounds, rounds)
            finally:
                provisioning.remove(settings.database_url, slug)
    print(json.dumps(figures))
    return figures


def _measured(tenant: Any, port: int, each: int, rounds: int) -> dict[str, Any]:
    bare, drained, size = [], [], 0
    ready = _one_message(tenant)
    for number in range(rounds):
        bare.append(each / _bare(port, ready, each))
        _write(tenant, f"mailout:{number}", each)
        before = _taken(port)
        drained.append(each / _drain(tenant))
        if _taken(port) - before != each:
            raise RuntimeError("the sink did not get every message once")
        size = len(ready)
    return {
        "messages": each * rounds,
        "rounds": rounds,
        "bytes": size,
        "bare_per_second": round(median(bare), 1),
        "drain_per_second": round(median(drained), 1),
        "ratio": round(median(d / b for d, b in zip(drained, bare, strict=True)), 3),
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


def _write(tenant: Any, cause: str, count: int) -> None:
    from app.core import work
    from app.outbox import commands
    from tenants.context import bind

    with bind(tenant):
        commands.post_set(
            "mailout",
            cause,
            {"subject": "Przegląd instalacji gazowej w Państwa budynku", "body_text": BODY},
            "SELECT 'r' || n AS recipient_key, 'r' || n || '@bench.example' AS address, 'Łucja Żak ' || n AS name, "
            "'pl' AS locale, '{}'::jsonb AS context FROM generate_series(1, :count) AS n",
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
