"""What the console demands: limits, lives of sessions, and what an order for a new manager may say."""

from __future__ import annotations

import secrets
from datetime import timedelta

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from tenants.names import BadSlug, checked_slug

IDLE = timedelta(minutes=30)
SESSION_LIFE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)

PAIR_LIMIT, PAIR_WINDOW = 10, 300
LOGIN_LIMIT, LOGIN_WINDOW = 50, 900
ADDRESS_LIMIT, ADDRESS_WINDOW = 50, 300

KINDS = ("cooperative", "association", "agency")
LONGEST_NAME = 200
LONGEST_REASON = 500

_BAD_SLUG = {
    "form": _l(
        "Subdomena może mieć od 2 do 30 znaków: małe litery a–z, cyfry i łącznik; "
        "zaczyna się literą, a kończy literą lub cyfrą."
    ),
    "punycode": _l("Subdomena nie może mieć dwóch łączników na trzecim i czwartym miejscu."),
    "reserved": _l("Ta subdomena jest zarezerwowana; wybierz inną."),
}


def generated_password() -> str:
    """A password for handing over once: five groups of four letters and digits (about 100 bits)."""
    signs = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(signs) for _sign in range(4)) for _group in range(5))


def chosen_slug(typed: str) -> str:
    """The subdomain in its normal form. Raises `Refused` on field `slug`."""
    try:
        return checked_slug(typed)
    except BadSlug as error:
        raise Refused(str(_BAD_SLUG[error.kind]), field="slug") from error


def chosen_name(typed: str) -> str:
    """The manager's full name. Raises `Refused` on field `name`."""
    name = " ".join(typed.split())
    if not name:
        raise Refused(_("Podaj nazwę zarządcy."), field="name")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise Refused(
            _("Nazwa może mieć najwyżej %(most)d znaków, bez znaków sterujących.", most=LONGEST_NAME), field="name"
        )
    return name


def chosen_kind(typed: str) -> str:
    """`cooperative`, `association` or `agency`. Raises `Refused` on field `kind`."""
    if typed not in KINDS:
        raise Refused(_("Wybierz rodzaj zarządcy."), field="kind")
    return typed


def checked_reason(typed: str) -> str:
    """Why a manager is suspended or resumed. Raises `Refused` on field `reason`."""
    reason = " ".join(typed.split())
    if not reason:
        raise Refused(_("Podaj powód; zostanie zapisany w dzienniku."), field="reason")
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Refused(_("Powód może mieć najwyżej %(most)d znaków.", most=LONGEST_REASON), field="reason")
    return reason
