"""Confirmations of balance: handing one out, and checking the code of one that somebody holds in the hand."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select, text

from app.accounts.holdings import HeldUnit
from app.accounts.rules import TooMany, network
from app.core import audit, throttle
from app.core.actor import Actor
from app.core.clock import now, today
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.credentials.rules import code_form, new_code
from app.finances.models import BalanceConfirmation
from app.finances.queries.confirmations import Confirmation, balance_on
from tenants.bound import current
from tenants.db import db

VALID = timedelta(days=365)
MAKE_LIMIT, MAKE_WINDOW = 30, 3600
TRY_LIMIT, TRY_WINDOW = 20, 600
# Where the books begin with an opening balance, they are silent of what led to it.
_OPENED = text(
    "SELECT min(booked_on) FROM ledger_entries WHERE unit_code = :unit AND until_revision IS NULL AND kind = 'opening'"
)
_REVISION = text("SELECT number, as_of FROM revisions ORDER BY number DESC LIMIT 1")


def confirm(actor: Actor, unit: HeldUnit, day: date | None) -> str:
    """Hand out a confirmation of the unit's balance at the end of a day; returns its public id.

    Of today, the whole of the books counts, as on the page with the balance; of an earlier day, what they hold now
    that was booked up to it. The same figures of the same books on the same day are one confirmation.
    Raises `Refused` and `TooMany`.
    """
    day = _checked(unit, day)
    revision = db.session.execute(_REVISION).one_or_none()
    if revision is None or revision.as_of is None:
        raise Refused(_("Nie ma jeszcze danych księgowych, więc nie ma czego potwierdzić."))
    accounts = balance_on(actor, unit, day if day < today() else date.max)
    made = BalanceConfirmation(
        public_id=new_public_id(),
        code=code_form(new_code()),
        unit_code=unit.code,
        on_day=day,
        balance=sum(accounts.values()),
        accounts=accounts,
        revision=revision.number,
        as_of=revision.as_of,
        issued_at=now(),
    )
    known = _same(made)
    if known is not None:
        return known
    key = f"confirm:{current().id}:{actor.account_id}"
    if throttle.count(key, MAKE_WINDOW) > MAKE_LIMIT:
        wait = max(1, throttle.wait({key: MAKE_LIMIT}, MAKE_WINDOW))
        raise TooMany(_("To już dużo potwierdzeń w krótkim czasie. Następne pobierz za godzinę."), wait)
    db.session.add(made)
    audit.record(actor, "balance.confirmed", unit.code, day=day.isoformat(), revision=revision.number)
    return made.public_id


def verified(code: str, address: str) -> Confirmation:
    """What the confirmation says that bears a code, typed with or without dashes by whoever holds it.

    Raises `TooMany`, and `Refused` with one and the same sentence for every code that is none, or none any more.
    """
    key = f"verify:{current().id}:{network(address)}"
    if throttle.count(key, TRY_WINDOW) > TRY_LIMIT:
        wait = max(1, throttle.wait({key: TRY_LIMIT}, TRY_WINDOW))
        raise TooMany(_("Za dużo prób w krótkim czasie."), wait)
    found = db.session.scalars(
        select(BalanceConfirmation).where(
            BalanceConfirmation.code == code_form(code), BalanceConfirmation.issued_at > now() - VALID
        )
    ).one_or_none()
    if found is None:
        raise Refused(_("Nie ma ważnego potwierdzenia z takim kodem. Sprawdź, czy kod jest przepisany bez pomyłki."))
    return _read(found)


def forget_old(most: int) -> int:
    """Delete at most so many confirmations whose code counts no more; returns how many."""
    old = text(
        "DELETE FROM balance_confirmations WHERE id IN "
        "(SELECT id FROM balance_confirmations WHERE issued_at < :before LIMIT :most)"
    )
    return int(db.session.execute(old, {"before": now() - VALID, "most": most}).rowcount)  # type: ignore[attr-defined]


def _checked(unit: HeldUnit, day: date | None) -> date:
    if day is None:
        raise Refused(_("Podaj dzień, na przykład 31.12.2025."), field="day")
    if day > today():
        raise Refused(_("Wybierz dzień nie późniejszy niż dzisiaj."), field="day")
    if unit.since is not None and day < unit.since:
        since = f"{unit.since:%d.%m.%Y}"
        raise Refused(_("Wybierz dzień od %(since)s, odkąd masz ten lokal.", since=since), field="day")
    first: date | None = db.session.execute(_OPENED, {"unit": unit.code}).scalar()
    if first is not None and day < min(first, today()):
        said = _("Najwcześniejszy dzień, który możemy pokazać, to %(day)s.", day=f"{first:%d.%m.%Y}")
        raise Refused(said, field="day")
    return day


def _same(made: BalanceConfirmation) -> str | None:
    known = db.session.scalars(
        select(BalanceConfirmation)
        .where(
            BalanceConfirmation.unit_code == made.unit_code,
            BalanceConfirmation.on_day == made.on_day,
            BalanceConfirmation.revision == made.revision,
            BalanceConfirmation.balance == made.balance,
            BalanceConfirmation.issued_at > now() - timedelta(hours=12),
        )
        .order_by(BalanceConfirmation.id.desc())
        .limit(1)
    ).one_or_none()
    return known.public_id if known is not None and known.accounts == made.accounts else None


def _read(row: BalanceConfirmation) -> Confirmation:
    return Confirmation(
        row.public_id, row.code, row.unit_code, row.on_day, row.balance, row.accounts, row.revision, row.as_of,
        row.issued_at,
    )  # fmt: skip
