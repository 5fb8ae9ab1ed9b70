"""From the yes to a trial to a portal that answers: the product page, the queue, a real worker, the portal's own page.

Each round is a request of its own, confirmed as its reader does by the link and the button. The clock runs from the
button until the login page of the new portal answers.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select

from app.core import work
from app.core.work import install_bell
from app.onboarding.trials import commands, tokens
from app.onboarding.trials.models import Trial
from tenants.db import PLATFORM, db
from tests.bench.mailout import sink
from tests.bench.place import ROOT, Place
from tests.features.operators.browser import Browser
from worker import enqueue

PATIENCE = 60


def run(here: Place, rounds: int = 15) -> dict[str, Any]:
    """Median and worst ms from the button to the first page; the first round warms worker and caches."""
    install_bell(enqueue.bell)
    with sink("aiosmtpd") as port:
        environ = here.environ | {"MAIL_URL": f"smtp://127.0.0.1:{port}"}
        workers = subprocess.Popen(
            [str(Path(sys.executable).parent / "flask"), "worker", "--with-scheduler"], cwd=ROOT, env=environ
        )
        try:
            times = [_one(here, number) for number in range(rounds + 1)][1:]
        finally:
            os.kill(workers.pid, signal.SIGTERM)
            workers.wait(30)
    return {"ms": round(1000 * median(times), 1), "worst_ms": round(1000 * max(times), 1)}


def _one(here: Place, number: int) -> float:
    slug = f"proba{number:03d}"
    with here.app.app_context():
        commands.ask(commands.Wish(slug, f"SM Próba {number}", "cooperative", f"a@{slug}.example"), f"bench-{number}")
        work.commit()
        word = tokens.token(db.session.scalars(select(Trial.public_id).where(Trial.slug == slug)).one())
    visitor = Browser(here.app, here.settings.base_domain, f"10.20.{number}.1")
    portal = Browser(here.app, f"{slug}.{here.settings.base_domain}", f"10.21.{number}.1")
    if visitor.get(f"/trial/{word}").status_code != 200:
        raise RuntimeError("the page of the link did not open")
    _rest(here)
    began = time.perf_counter()
    if visitor.post(f"/trial/{word}").status_code != 303:
        raise RuntimeError("the trial was not confirmed")
    while time.perf_counter() - began < PATIENCE:
        if portal.get("/login").status_code == 200:
            return time.perf_counter() - began
        time.sleep(0.02)
    raise RuntimeError(f"no portal within {PATIENCE} s")


def _rest(here: Place) -> None:
    """Wait until nothing else is asked of the workers: letters of the round before are not what is measured."""
    busy = db.text("SELECT count(*) FROM platform.jobs WHERE state <> 'done' AND run_after <= now()")
    until = time.monotonic() + PATIENCE
    with here.app.app_context():
        while time.monotonic() < until:
            with db.engines[PLATFORM].connect() as connection:
                if not connection.execute(busy).scalar_one():
                    return
            time.sleep(0.02)
    raise RuntimeError("the workers are not done with what was asked before")
