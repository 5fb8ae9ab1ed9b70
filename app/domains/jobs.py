"""The nightly look at proofs: one job asks, and each domain has a job of its own, as name servers are slow."""

from __future__ import annotations

from datetime import date

from app.core import jobs
from app.core.jobs import job
from app.domains import rechecking

NIGHT, RECHECK = "domains.night", "domains.recheck"


@job(NIGHT, platform=True)
def ask_all(night: str) -> None:
    """Ask for a look at every domain that is served."""
    for public_id in rechecking.served():
        jobs.enqueue(RECHECK, public_id, {"domain_claim": public_id, "night": night}, lane="bulk")


@job(RECHECK, platform=True)
def recheck(domain_claim: str, night: str) -> None:
    """Look at one domain; running again in the same night counts nothing twice."""
    rechecking.recheck(domain_claim, date.fromisoformat(night))
