"""Announcements that programs hand over as JSON: read strictly, and made one for each idempotency key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from app.announcements import commands, rules
from app.announcements.models import Announcement
from app.announcements.queries import listing
from app.announcements.rules import OTHER_LANGUAGES, Draft
from app.api.asking import moment_typed
from app.api.rules import checked_key
from app.core.actor import Actor
from app.core.errors import Refused
from app.core.language import gettext as _
from app.guard.commands import Consent
from tenants.bound import current
from tenants.db import db

STATES = ("draft", "published")
FIELDS = (
    "title", "body", "translations", "importance", "audience", "ends_at", "expires_at", "confirm", "tell", "letters",
    "state", "publish_at",
)  # fmt: skip
#: What the pages call these fields.
_NAMES = {
    "ends_day": "ends_at", "expires_day": "expires_at", "publish_day": "publish_at", "title_en": "translations",
    "body_en": "translations", "title_uk": "translations", "body_uk": "translations",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed over: the words, whether they are to appear, and when (UTC; None is at once)."""

    draft: Draft
    publish: bool
    publish_at: datetime | None


def take(actor: Actor, value: Any, key: str | None) -> str:
    """Keep what a program handed over, and publish it if that was asked; returns its public id.

    The same `key` with the same words is the same announcement. Raises `Refused` with the name of the field, also for
    another content under a key that was used; `guard.commands.Held` for words that may name a person: only a person
    publishes these, so nothing is kept.
    """
    try:
        handed = _read(value)
        marked = _marked(key, value)
        known = _known(actor, marked)
        if known is not None:
            return known
        public_id = commands.write(actor, handed.draft, marked)
        if handed.publish:
            commands.publish(actor, public_id, at=handed.publish_at, consent=Consent())
        return public_id
    except Refused as refusal:
        refusal.field = _NAMES.get(refusal.field or "", refusal.field)
        raise


def _read(value: Any) -> Handed:
    if not isinstance(value, Mapping):
        raise Refused(_("Podaj obiekt JSON."))
    _plain(value)
    for name in value:
        if name not in FIELDS:
            raise Refused(_("Nie ma takiego pola."), field=str(name)[:80])
    if "audience" not in value or not isinstance(value["audience"], Mapping):
        raise Refused(_('Podaj odbiorców jako obiekt JSON, np. {"all": true}.'), field="audience")
    state, publish_at = _text(value, "state", "draft"), _moment(value, "publish_at")
    if state not in STATES:
        raise Refused(_("Podaj jedną z wartości: %(choices)s.", choices=", ".join(STATES)), field="state")
    if publish_at is not None and state != "published":
        raise Refused(_("Termin publikacji podaj tylko przy „published”."), field="publish_at")
    draft = Draft(
        title=rules.checked_title(_text(value, "title", "", rules.TITLE_LENGTH)),
        body=rules.checked_body(_text(value, "body", "", rules.BODY_LENGTH)),
        audience=dict(value["audience"]),
        importance=_text(value, "importance", rules.ORDINARY),
        translations=rules.checked_translations(_translations(value)),
        ends_at=_moment(value, "ends_at"),
        expires_at=_moment(value, "expires_at"),
        confirm=_truth(value, "confirm"),
        tell=_text(value, "tell", rules.NOTICE),
        letters=_truth(value, "letters"),
    )
    return Handed(draft, state == "published", publish_at)


def _plain(value: Any) -> None:
    """Refuse what is no text at all: halves of signs, and the sign that ends strings elsewhere."""
    written = json.dumps(value, ensure_ascii=False)
    try:
        written.encode()
    except UnicodeEncodeError:
        raise Refused(_("Usuń z tekstu znaki, których nie da się zapisać.")) from None
    if "\\u0000" in written:
        raise Refused(_("Usuń z tekstu znaki, których nie da się zapisać."))


def _text(value: Mapping[str, Any], name: str, otherwise: str, most: int | None = None) -> str:
    found = value.get(name, otherwise)
    if not isinstance(found, str):
        raise Refused(_("Podaj tekst."), field=name)
    if most is not None and len(found) > most:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(max)d znaków.", max=most), field=name)
    return found


def _truth(value: Mapping[str, Any], name: str) -> bool:
    found = value.get(name, False)
    if not isinstance(found, bool):
        raise Refused(_("Podaj true albo false."), field=name)
    return found


def _moment(value: Mapping[str, Any], name: str) -> datetime | None:
    found = value.get(name)
    if found is None:
        return None
    return moment_typed(name, found if isinstance(found, str) else "")


def _translations(value: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    wrong = Refused(_("Podaj tytuł i treść w językach: %(codes)s.", codes=", ".join(OTHER_LANGUAGES)))
    wrong.field = "translations"
    given = value.get("translations", {})
    if not isinstance(given, Mapping) or set(given) - set(OTHER_LANGUAGES):
        raise wrong
    found = {}
    for code, words in given.items():
        if not isinstance(words, Mapping) or set(words) != {"title", "body"}:
            raise wrong
        if not all(isinstance(word, str) and word.strip() for word in words.values()):
            raise wrong
        if len(words["title"]) > rules.TITLE_LENGTH or len(words["body"]) > rules.BODY_LENGTH:
            raise wrong
        found[code] = (words["title"], words["body"])
    return found


def _marked(key: str | None, value: Mapping[str, Any]) -> str | None:
    """A key and what came under it, as an announcement keeps them."""
    if key is None:
        return None
    content = json.dumps(value, sort_keys=True, ensure_ascii=True)
    return f"{_of_key(checked_key(key))}{hashlib.sha256(content.encode()).hexdigest()[:24]}"


def _of_key(key: str) -> str:
    return f"api:{hashlib.sha256(key.encode()).hexdigest()[:24]}:"


def _known(actor: Actor, marked: str | None) -> str | None:
    """The announcement that came under the same key, once nobody else writes one under it."""
    if marked is None:
        return None
    begins = marked[: marked.rindex(":") + 1]
    number = int.from_bytes(hashlib.sha256(f"{current().id}:{begins}".encode()).digest()[:8], "big", signed=True)
    db.session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
    wanted = select(Announcement.public_id, Announcement.form_key).where(Announcement.form_key.startswith(begins))
    found = db.session.execute(wanted).one_or_none()
    if found is None:
        return None
    if found.form_key != marked:
        raise Refused(
            _("Tego klucza (Idempotency-Key) użyto już z inną treścią. Podaj nowy klucz."), field="Idempotency-Key"
        )
    return listing.row(actor, found.public_id).public_id
