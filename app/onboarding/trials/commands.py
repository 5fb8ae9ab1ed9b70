"""Asking for a trial, and confirming it: the order goes the way of the console's own."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.rules import TooMany, network
from app.core import audit, jobs, throttle
from app.core.actor import system
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import language
from app.core.runtime import settings
from app.onboarding.trials import queries, rules, tokens
from app.onboarding.trials.models import Trial
from app.operators import rules as operators
from app.operators.commands import admin_address, order_manager
from app.operators.models import Opening
from tenants.db import db

LETTER_JOB, FORGET_JOB = "trials.letter", "trials.forget"
ACTOR = system("trial")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for; every part is in its normal form."""

    slug: str
    name: str
    kind: str
    email: str


def admit(address: str) -> None:
    """Count a request of this network. Raises `TooMany`."""
    _admit(f"trial:asked:{network(address)}", rules.ASK_LIMIT, rules.ASK_WINDOW)


def admit_check(address: str) -> None:
    """Count a look at a subdomain. Raises `TooMany`."""
    _admit(f"trial:checked:{network(address)}", rules.CHECK_LIMIT, rules.CHECK_WINDOW)


def wished(slug: str, name: str, kind: str, email: str) -> Wish:
    """A wish that can be granted now. Raises `Refused` with the field, `email` for the address."""
    chosen = rules.free_address(slug, queries.taken())
    try:
        checked = admin_address(email)
    except Refused as refusal:
        raise Refused(refusal.message, field="email") from refusal
    return Wish(chosen, operators.chosen_name(name), operators.chosen_kind(kind), checked)


def ask(wish: Wish, form_key: str) -> None:
    """Note a request and post its letter, once for each form.

    An address that was written to three times today gets nothing more; nobody who asks can tell.
    """
    if db.session.scalar(select(Trial.id).where(Trial.form_key == form_key)) is not None:
        return
    if throttle.count(f"trial:letter:{_short(wish.email)}", rules.LETTER_WINDOW) > rules.LETTER_LIMIT:
        return
    trial = Trial(
        form_key=form_key,
        slug=wish.slug,
        name=wish.name,
        kind=wish.kind,
        email=wish.email,
        locale=language(),
        expires_at=now() + rules.LIFE,
    )
    db.session.add(trial)
    db.session.flush()
    jobs.enqueue(LETTER_JOB, str(trial.id), {"trial": trial.id}, lane="urgent")
    forgotten_in = (rules.LIFE + rules.FORGET_AFTER).total_seconds()
    jobs.enqueue(FORGET_JOB, str(trial.id), {"trial": trial.id}, after=forgotten_in)


def confirm(word: str, slug: str = "") -> None:
    """Order the portal of a mailed word, once; `slug` replaces the one asked for, where that is taken by now.

    Raises `NotThere`, `Refused` when the word is too old, `Conflict` on field `slug`.
    """
    trial = db.session.scalars(
        select(Trial).where(Trial.public_id == tokens.read(word)).with_for_update()
    ).one_or_none()
    if trial is None:
        raise NotThere("")
    if trial.confirmed_at is not None:
        return
    if trial.expires_at <= now():
        raise Refused(_("Ten link stracił ważność. Zamów okres próbny jeszcze raz."))
    queries.wait_for_turn()
    wanted = rules.free_address(slug or trial.slug, queries.taken())
    order_manager(ACTOR, slug=wanted, name=trial.name, kind=trial.kind, admin_email=trial.email, trial=True)
    ordered = select(Opening.id).where(Opening.slug == wanted, Opening.state == "ordered")
    trial.slug, trial.confirmed_at, trial.opening_id = wanted, now(), db.session.scalars(ordered).one()
    audit.record(ACTOR, "trial.confirmed", wanted, name=trial.name, kind=trial.kind)


def _admit(key: str, limit: int, window: int) -> None:
    if throttle.count(key, window) > limit:
        raise TooMany(_("Za dużo prób z tego adresu. Spróbuj później."), max(1, throttle.wait({key: limit}, window)))


def _short(email: str) -> str:
    """What is stored of an address to count it: nothing that could be read."""
    return hmac.new(settings().derived_key("throttle"), email.lower().encode(), "sha256").hexdigest()[:24]
