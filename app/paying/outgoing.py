"""The steps in which somebody waits while Stripe is asked: end the transaction, ask, write what was learned.

What is committed before is the intent and its key, so that a process killed in between loses nothing.
"""

from __future__ import annotations

from app.core import audit, jobs, work
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import NotThere, Refused, TryLater
from app.core.language import gettext as _
from app.core.links import external
from app.gateways.payments import online
from app.gateways.payments.client import Declined, Rejected
from app.office import settings
from app.office.queries import profile
from app.paying import connection, rules
from app.paying.commands import starting
from app.paying.connection import ACCOUNT_JOB

SETTINGS = "/admin/payments-online"


def page_of(actor: Actor, public_id: str) -> str:
    """The address of Stripe's page for a payment of the actor's. Raises `NotThere`, `Conflict`, `Refused`."""
    asked = starting.called(actor, public_id)
    work.commit()
    if isinstance(asked, str):
        return asked
    try:
        session, url = online.open_page(asked)
    except (TryLater, Rejected, Declined):
        raise Refused(
            _("Strona płatności się nie otworzyła i nic nie zostało pobrane. Spróbuj za chwilę albo zapłać przelewem.")
        )
    starting.opened(public_id, session, url)
    return url


def questionnaire(actor: Actor) -> str:
    """The address of Stripe's questions to the manager; its account is made first, once. Raises `NotThere`,
    `Refused`."""
    if not actor.may(Can.CONFIGURE):
        raise NotThere(_("Nie ma takiej strony."))
    office = profile()
    begun = connection.begun()
    if begun.account is None:
        audit.record(actor, "online_payment.connected", begun.call_key)
    work.commit()
    try:
        if begun.account is None:
            connection.given(online.make_account(begun.call_key, office.name, office.email))
        account = connection.begun().account or ""
        back = external(SETTINGS)
        return online.questionnaire(account, f"{back}?back=stripe", f"{back}?back=again")
    except (TryLater, Rejected, Declined):
        raise Refused(_("Stripe teraz nie odpowiada. Spróbuj ponownie za kilka minut."))


def account_asked_about(actor: Actor) -> None:
    """Have a worker look how the account stands, after somebody came back from Stripe's questions."""
    mine = connection.mine()
    if actor.may(Can.CONFIGURE) and mine is not None and mine.account is not None:
        jobs.enqueue(ACCOUNT_JOB, mine.account, {"account": mine.account}, lane="urgent")


def save(actor: Actor, chosen: rules.Online) -> None:
    """Set the manager's rules. Raises `NotThere`, `Refused`: nobody can switch on what does not work."""
    chosen = rules.checked(chosen)
    mine = connection.mine()
    if chosen.on and not settings.fresh(rules.Online).on:
        if mine is not None and mine.account is not None and not mine.ready:
            _look(mine.account)
            mine = connection.mine()
        if mine is None or not mine.ready:
            raise Refused(_("Najpierw dokończ zakładanie konta w Stripe. Bez niego nikt nie zapłaci."), field="on")
    settings.write(actor, chosen)


def _look(account: str) -> None:
    work.commit()
    at = now()
    try:
        connection.noted(account, online.account_state(account), at)
    except TryLater:
        return
