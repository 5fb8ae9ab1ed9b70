"""Whether one manager's mass mailing delays another's password reset: real workers, real SMTP.

Residents of one manager ask for a new password, first while nothing else is going on, then while 20,000 letters
of another manager are leaving. What counts is the time from the request to the moment at which the mail server
took the letter.
"""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from app.accounts import commands as accounts
from app.accounts import rules
from app.core import work
from app.core.actor import system
from app.core.work import install_bell
from app.factory import create_app
from app.onboarding.commands import open_manager
from app.outbox import commands as outbox
from tenants.context import bind
from tenants.db import db
from tests.bench.mailout import _write as write_letters
from tests.bench.mailout import sink
from tests.bench.place import ROOT, Place
from worker import enqueue

PATIENCE = 120


def run(here: Place, letters: int = 20_000, requests: int = 15) -> dict[str, Any]:
    """Median and worst seconds from request to delivery, alone and beside the mass; `ratio` is of the medians."""
    with sink("aiosmtpd") as port:
        environ = here.environ | {"MAIL_URL": f"smtp://127.0.0.1:{port}"}
        app = create_app(dataclasses.replace(here.settings, mail_url=environ["MAIL_URL"]))
        install_bell(enqueue.bell)
        workers = subprocess.Popen(
            [str(Path(sys.executable).parent / "flask"), "worker", "--with-scheduler"], cwd=ROOT, env=environ
        )
        try:
            with app.app_context():
                return _measured(app, letters, requests)
        finally:
            os.kill(workers.pid, signal.SIGTERM)
            workers.wait(30)


def _measured(app: Any, letters: int, requests: int) -> dict[str, Any]:
    for slug in ("wielka", "mala"):
        open_manager(system("bench"), slug, f"Spółdzielnia {slug}", "cooperative", f"a@{slug}.example", post=False)
    great, small = (app.extensions["tenants"].by_slug(slug) for slug in ("wielka", "mala"))
    with bind(small):
        rows = [accounts.NewAccount(f"m{n}", email=f"m{n}@mala.example") for n in range(2 * requests + 1)]
        accounts.create_many(system("bench"), rows, rules.hashed("Zupełnie-Obojętne-1"))
        work.commit()
    _reset(small, 2 * requests)
    alone = [_reset(small, number) for number in range(requests)]
    write_letters(great, "mailout:1", letters)
    with bind(great):
        outbox.wake()
        work.commit()
    time.sleep(1)
    beside = [_reset(small, requests + number) for number in range(requests)]
    with bind(great):
        left = db.session.execute(db.text("SELECT count(*) FROM outbox_items WHERE state = 'queued'")).scalar_one()
    if not left:
        raise RuntimeError("the mass was over before the last request: nothing was measured")
    return {
        "alone_median": round(median(alone), 3),
        "beside_median": round(median(beside), 3),
        "beside_worst": round(max(beside), 3),
        "letters_still_waiting": left,
        "ratio": round(median(beside) / median(alone), 2),
    }


def _reset(tenant: Any, number: int) -> float:
    """Ask for a new password and wait for its letter; seconds between the two by this process's clock."""
    sent = db.text(
        "SELECT true FROM outbox_items WHERE letter = 'password_reset' AND address = :address AND state = 'sent'"
    )
    began = time.monotonic()
    with bind(tenant):
        accounts.ask_reset(f"m{number}@mala.example", "", f"10.{number}.0.1")
        work.commit()
    while time.monotonic() - began < PATIENCE:
        with bind(tenant):
            if db.session.execute(sent, {"address": f"m{number}@mala.example"}).scalar():
                return time.monotonic() - began
        time.sleep(0.01)
    raise RuntimeError(f"no letter within {PATIENCE} s")
