"""What a manager's staff and programs may still do while nobody pays for the portal."""

from __future__ import annotations

from flask import request

from app.core.errors import Refused
from app.core.language import gettext as _


class Unpaid(Refused):
    """The manager has not paid for the portal, so its staff may not do this now."""

    status = 402


def refuse(standing: str) -> None:
    """Raise `Unpaid` for what this request may not do while the manager stands so: `read_only` changes nothing,
    `staff_off` opens nothing."""
    if standing == "good":
        return
    if standing == "staff_off":
        raise Unpaid(
            _(
                "Abonament za portal nie jest opłacony, więc panel zarządcy jest zamknięty. "
                "Mieszkańcy nadal widzą swoje dane. Po opłaceniu panel otworzy się sam."
            )
        )
    if request.method not in ("GET", "HEAD", "OPTIONS"):
        raise Unpaid(
            _(
                "Abonament za portal nie jest opłacony, więc w panelu zarządcy można teraz tylko czytać. "
                "Nic nie zostało zmienione. Po opłaceniu wszystko wróci samo."
            )
        )
