"""Letters to guests, and to who invited them. They carry secrets, so they are sealed, sent once and wiped."""

from __future__ import annotations

from typing import Any

from app.core.language import language
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.core.public_ids import new_public_id
from app.outbox import letters
from app.outbox.commands import post
from app.works.guests.models import WorksGuest
from app.works.guests.rules import CODE_LIFE

for _kind in (
    letters.Kind("works_guest_invited", _l("Zaproszenie do dokumentu budowy"), secret=True, lane="urgent"),
    letters.Kind("works_guest_code", _l("Kod wejścia do dokumentu budowy"), secret=True, lane="urgent"),
    letters.Kind("works_guest_asks", _l("Gość prosi o stały dostęp do budowy"), lane="urgent"),
):
    letters.register(_kind)


def path(secret: str) -> str:
    return f"/works/guest/{secret}"


def invited(guest: WorksGuest, site: str, secret: str) -> None:
    """The link. It is worth nothing without the mailbox."""
    _post(
        "works_guest_invited",
        guest,
        str(guest.email),
        link=external(path(secret)),
        site=site,
        inviter=guest.invited_by,
        label=guest.label,
        word=guest.word,
        adds=guest.ability == "add",
        once=guest.once,
        expires_at=guest.expires_at.isoformat(),
    )


def code(guest: WorksGuest, digits: str) -> None:
    """The code, to the address of the invitation and to no other."""
    _post("works_guest_code", guest, str(guest.email), code=digits, minutes=int(CODE_LIFE.total_seconds()) // 60)


def asks(guest: WorksGuest, site: str, address: str, link: str) -> None:
    """A guest wants to come again; to who invited them."""
    _post("works_guest_asks", guest, address, person=guest.name or guest.email, email=guest.email, site=site, link=link)


def _post(letter: str, guest: WorksGuest, address: str, **context: Any) -> None:
    cause = f"{letter}:{new_public_id()}"
    post(letter, cause, f"works_guest:{guest.public_id}", address, None, context, locale=language())
