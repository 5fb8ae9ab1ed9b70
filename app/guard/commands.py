"""A person's decision about what the guard has found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core import audit
from app.core.actor import Actor
from app.core.errors import Refused
from app.core.language import gettext as _
from app.guard.models import GuardDecision
from app.guard.rules import Finding
from app.office.rules import without_controls
from tenants.db import db

REASON_MOST = 500


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person answered to the warnings: the marks of those they have seen, the tick, and why."""

    seen: frozenset[str] = frozenset()
    confirmed: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """The warnings as `guard/_findings.html` shows them, with what was answered so far."""

    findings: tuple[Finding, ...]
    consent: Consent = Consent()
    error: str | None = None
    at: str | None = None  # the field of the form part at which the error stands

    @property
    def marks(self) -> str:
        """The marks of all findings, as the form carries them."""
        return " ".join(sorted({one.mark for one in self.findings}))


class Held(Refused):
    """Not published yet: somebody must first look at what was found. `guard` is for the template."""

    def __init__(self, guard: Shown) -> None:
        super().__init__(guard.error or "", field=guard.at)
        self.guard = guard


def decide(actor: Actor, subject: str, findings: Sequence[Finding], consent: Consent | None = None) -> str | None:
    """Keep the actor's decision to publish `subject` (`kind:public id`) all the same; returns its public id.

    Nothing found needs no decision: None. Raises `Held` until everything found has been seen and confirmed with a
    reason, and again when something was found that the confirmation did not cover.
    """
    if not findings:
        return None
    consent = consent or Consent()
    reason = _checked(findings, consent)
    kept = [{"kind": one.kind, "place": one.place, "found": one.masked} for one in findings]
    row = GuardDecision(subject=subject, findings=kept, reason=reason, decided_by=actor.login)
    db.session.add(row)
    db.session.flush()
    kinds = {kind: sum(one.kind == kind for one in findings) for kind in sorted({one.kind for one in findings})}
    audit.record(actor, "guard.overridden", subject, findings=kinds, reason=reason)
    return row.public_id


def _checked(findings: Sequence[Finding], consent: Consent) -> str:
    unseen = {one.mark for one in findings} - consent.seen
    if unseen and not (consent.seen or consent.confirmed):
        raise _held(findings, consent, _("Zanim opublikujesz, sprawdź zaznaczone miejsca."))
    if unseen:
        fresh = Consent(consent.seen, False, consent.reason)
        raise _held(findings, fresh, _("W treści pojawiło się coś nowego. Sprawdź zaznaczone miejsca jeszcze raz."))
    if not consent.confirmed:
        sentence = _("Zaznacz, że to sprawdzasz i publikujesz, albo popraw treść.")
        raise _held(findings, consent, sentence, "guard_confirmed")
    try:
        reason = " ".join(without_controls(consent.reason, "guard_reason").split())
    except Refused as refusal:
        raise _held(findings, consent, refusal.message, "guard_reason") from None
    if len(reason) < 3:
        raise _held(findings, consent, _("Napisz, dlaczego można to opublikować."), "guard_reason")
    if len(reason) > REASON_MOST:
        sentence = _("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=REASON_MOST)
        raise _held(findings, consent, sentence, "guard_reason")
    return reason


def _held(findings: Sequence[Finding], consent: Consent, error: str, at: str | None = None) -> Held:
    return Held(Shown(tuple(findings), consent, error, at))
