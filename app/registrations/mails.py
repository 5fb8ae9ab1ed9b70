"""Letters about an application. None of them holds a password; links are built from the tenant's own record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.core import language
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.estate.rules import TITLE_ROLES
from app.outbox import letters
from app.outbox.commands import post
from app.registrations import tokens
from app.registrations.models import Registration
from tenants.bound import current

for _name, _subject in (
    ("registration_received", _l("Wniosek o dostęp do portalu: otrzymaliśmy zgłoszenie")),
    ("registration_question", _l("Wniosek o dostęp do portalu: pytanie z biura")),
    ("registration_approved", _l("Wniosek o dostęp do portalu: Twój identyfikator")),
    ("registration_rejected", _l("Wniosek o dostęp do portalu: odpowiedź biura")),
):
    letters.register(letters.Kind(_name, _subject, lane="urgent"))
letters.register(letters.Kind("registration_proof", _l("Potwierdź adres e-mail"), secret=True, lane="urgent"))


def received(found: Registration, form_key: str) -> None:
    """A copy of what was filled in, and where to see how it stands. Once for each form."""
    with language.use(found.locale):
        role = str(TITLE_ROLES[found.role])
    copy = {
        "first_name": found.first_name,
        "last_name": found.last_name,
        "role": role,
        "unit": found.unit,
        "email": found.email,
        "phone": found.phone,
    }
    _post("registration_received", form_key, found, copy=copy, sent_at=found.created_at.isoformat())


def question(found: Registration, body: str) -> None:
    _post("registration_question", f"{found.public_id}:{found.version}", found, question=body)


def approved(found: Registration, login: str, way: str) -> None:
    """The second letter: the identifier, what the portal is, and by which way the rest comes."""
    _post("registration_approved", found.public_id, found, login=login, way=way, portal=external("/login"))


def rejected(found: Registration, reason: str) -> None:
    _post("registration_rejected", found.public_id, found, reason=reason)


def proof(email: str, form_key: str, until: datetime, locale: str) -> None:
    """The link with which somebody shows that the address is theirs."""
    link = external(f"/register/self/{tokens.proof_token(email)}")
    post(
        letter="registration_proof",
        cause=f"registration_proof:{form_key}",
        recipient_key=f"registration:{form_key}",
        address=email,
        context={"link": link, "until": until.isoformat()},
        locale=locale,
    )


def _post(letter: str, cause: str, found: Registration, **context: Any) -> None:
    if not found.email:
        return
    post(
        letter=letter,
        cause=f"{letter}:{cause}",
        recipient_key=f"registration:{found.public_id}",
        address=found.email,
        name=None,
        context={
            "status_url": external(f"/register/{tokens.status_token(found.public_id)}"),
            "host": current().host,
            **context,
        },
        locale=found.locale,
    )
