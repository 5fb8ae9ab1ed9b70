"""Whether attempts at an account are being sent away, and for how long."""

from __future__ import annotations

from app.accounts import rules
from app.core import throttle
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from tenants.bound import current


def locked_for(actor: Actor, login: str, email: str | None = None) -> int:
    """Seconds until somebody may try this login or e-mail again from everywhere; 0 when nothing is locked.

    Staff only; raises `NotThere`.
    """
    if not actor.may(Can.SEE_RESIDENTS):
        raise NotThere("")
    waits = [0]
    for name in filter(None, (login, email)):
        key = rules.attempts_key(current().id, name)
        waits.append(throttle.wait({key: rules.LOGIN_LIMIT}, rules.LOGIN_WINDOW))
        waits.append(throttle.wait_below(key, rules.PAIR_LIMIT, rules.PAIR_WINDOW))
    return max(waits)
