"""Letters to those who are to take part in a site of works."""

from __future__ import annotations

from datetime import datetime

from app.accounts.mails import activation_path
from app.accounts.models import Account
from app.core.language import DEFAULT
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.office.queries import profile
from app.outbox import letters
from app.outbox.commands import post
from app.works.access import Place
from app.works.rules import DUTIES

letters.register(letters.Kind("works_invitation", _l("Zaproszenie do strefy budowy"), secret=True, lane="urgent"))
letters.register(letters.Kind("works_added", _l("Dodano Cię do strefy budowy"), lane="urgent"))


def invitation(account: Account, place: Place, name: str, duty: str, secret: str, until: datetime) -> None:
    """To somebody new: the login, and the link with which a password is chosen."""
    context = {
        "login": account.login,
        "link": external(activation_path(secret)),
        "expires_at": until.isoformat(),
        **_about(place, duty),
    }
    cause = f"works:{place.public_id}:invited:{until.isoformat()}"
    post(
        letter="works_invitation", cause=cause, recipient_key=f"account:{account.public_id}", address=account.email,
        name=name, context=context, locale=account.locale or DEFAULT,
    )  # fmt: skip


def added(account: Account, place: Place, name: str, duty: str, moment: datetime) -> None:
    """To somebody who has an account already."""
    context = {"login": account.login, "link": external(place.url), **_about(place, duty)}
    post(
        letter="works_added", cause=f"works:{place.public_id}:added:{moment.isoformat()}",
        recipient_key=f"account:{account.public_id}", address=account.email, name=name, context=context,
        locale=account.locale or DEFAULT,
    )  # fmt: skip


def _about(place: Place, duty: str) -> dict[str, str]:
    by = place.author.name if place.member_id is not None else profile().name
    return {"site_name": place.name, "duty": str(DUTIES[duty]), "by": by}
