"""Publishing the manager's texts, and keeping the files that they carry."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from sqlalchemy import select, text

from app.core import audit, events
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import DEFAULT
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.gateways import files
from app.office.models import OfficeFile, OfficeText
from app.office.rules import LOCALES
from app.office.texts.attachments import checked_file
from app.office.texts.kinds import KINDS, MOST_FILES, checked_body, checked_title
from app.office.texts.looking import look_through
from app.office.texts.queries import current_version, files_of
from tenants.bound import current
from tenants.db import db

PLACE = "texts"
TURN = 4218  # namespace of the locks by which editors of one manager's texts wait for each other


def publish(
    actor: Actor,
    kind: str,
    title: str,
    body: str,
    *,
    translations: Mapping[str, tuple[str, str]] | None = None,
    attachments: Sequence[str] = (),
    needs_acceptance: bool = False,
    follows: int | None = None,
    answer: Any = None,
) -> int:
    """Publish a new version and return its number. Earlier ones stay as they were.

    `translations` are (title, body) by locale, empty ones left out; `attachments` public ids of kept files. `follows`
    is the version that the editor began with, `answer` what a person said to what was found in the text (`looking`).
    Raises `Refused` with the field, `NotThere`, and `Conflict` when somebody else has published meanwhile.
    """
    _check_right(actor, kind)
    # Two editors at once would both compute the same number: one waits here and is then told.
    db.session.execute(text("SELECT pg_advisory_xact_lock(:space, :tenant)"), {"space": TURN, "tenant": current().id})
    before = current_version(kind)
    if follows is not None and follows != before:
        raise Conflict(_("Ktoś inny opublikował tymczasem nową wersję. Otwórz edycję jeszcze raz."))
    chosen, names = _carried(attachments)
    version = OfficeText(
        kind=kind,
        version=before + 1,
        title=checked_title(title),
        body=checked_body(body),
        translations=_translations(translations or {}),
        files=chosen,
        needs_acceptance=needs_acceptance and KINDS[kind].accepted,
        published_at=now(),
        published_by=actor.name or actor.login,
    )
    look_through(actor, kind, _read_by_all(version, names), answer)
    db.session.add(version)
    db.session.flush()
    audit.record(
        actor,
        "office.text_published",
        kind,
        before={"version": before},
        after={"version": version.version, "title": version.title, "sha256": _digest(version.body), "files": chosen},
        needs_acceptance=version.needs_acceptance,
    )
    events.happened("office.text_published", kind=kind, version=version.version)
    return version.version


def keep_file(actor: Actor, kind: str, name: str, content: bytes) -> str:
    """Keep a PDF, DOCX or PNG for the next version of a text and return its public id. Raises `Refused`."""
    _check_right(actor, kind)
    plain, content_type = checked_file(name, content)
    public_id = new_public_id()
    stored = files.files().put(files.key(PLACE, public_id), BytesIO(content))
    db.session.add(
        OfficeFile(public_id=public_id, name=plain, content_type=content_type, size=stored.size, sha256=stored.sha256)
    )
    db.session.flush()
    audit.record(actor, "office.file_kept", public_id, name=plain, size=stored.size, text=kind)
    return public_id


def content_of(file: OfficeFile) -> bytes:
    """The bytes of a kept file. Raises `NotThere` when the storage has lost them."""
    try:
        with files.files().local_path(files.key(PLACE, file.public_id)) as path:
            return path.read_bytes()
    except FileNotFoundError:
        raise NotThere("") from None


def known_files(kind: str, public_ids: Sequence[str]) -> list[str]:
    """Those of the ids that are files of ours, in order."""
    asked = list(dict.fromkeys(public_ids))[: 2 * MOST_FILES]
    found = set(db.session.execute(select(OfficeFile.public_id).where(OfficeFile.public_id.in_(asked))).scalars())
    return [one for one in asked if one in found]


def _check_right(actor: Actor, kind: str) -> None:
    if not actor.may(Can.CONFIGURE) or kind not in KINDS:
        raise NotThere(_("Nie ma takiej strony."))


def _translations(given: Mapping[str, tuple[str, str]]) -> dict[str, dict[str, str]]:
    found = {}
    for locale, (title, body) in given.items():
        if locale not in LOCALES or locale == DEFAULT or not (title.strip() or body.strip()):
            continue
        found[locale] = {
            "title": checked_title(title, field=f"title_{locale}"),
            "body": checked_body(body, field=f"body_{locale}"),
        }
    return found


def _carried(attachments: Sequence[str]) -> tuple[list[str], list[str]]:
    """The public ids and names of the files that a version carries. Raises `Refused` on `files`."""
    chosen = list(dict.fromkeys(attachments))
    found = files_of(tuple(chosen))
    if len(found) != len(chosen):
        raise Refused(_("Nie ma takiego załącznika."), field="files")
    if len(chosen) > MOST_FILES:
        raise Refused(_("Najwyżej %(most)d załączników.", most=MOST_FILES), field="files")
    return chosen, [file.name for file in found]


def _read_by_all(version: OfficeText, names: Sequence[str]) -> dict[str, str]:
    """What everybody would read, by the labels of its fields."""
    said = {_("Tytuł"): version.title, _("Treść"): version.body, _("Pliki"): "\n".join(names)}
    labels = {"en": _("Po angielsku"), "uk": _("Po ukraińsku")}
    for locale, other in version.translations.items():
        said[labels.get(locale, locale)] = f"{other['title']}\n\n{other['body']}"
    return said


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]
