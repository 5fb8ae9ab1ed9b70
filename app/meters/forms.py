"""The form in which meters are told of: one field for each meter, by number, beside the meter's serial.

It has as many fields as the unit has meters, so it is read by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from flask import request
from itsdangerous import BadData, URLSafeSerializer

from app.attachments import commands as attachments
from app.attachments.posted import posted
from app.attachments.rules import PICTURES
from app.core import work
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.core.runtime import settings
from app.meters.commands.telling import MOST_METERS, Typed, Unclear
from app.meters.plausibility import Doubt
from app.meters.queries.history import Known
from tenants.bound import current

LARGEST_PHOTO = 15 << 20
MEGABYTES = 100


@dataclass(slots=True)
class Line:
    """A meter of the form: what is known of it, what was typed, and what is wrong or asked about it."""

    number: int
    known: Known
    value: str = ""
    words: str = ""
    sure: bool = False
    photo: str = ""
    error: str = ""
    question: Doubt | None = None


@dataclass(slots=True)
class ReadingsForm:
    """The page as it is shown: `day` as typed, ISO; `day_error` and `sentence` are what is wrong with all of it."""

    lines: list[Line]
    day: str
    form_key: str = field(default_factory=new_public_id)
    day_error: str = ""
    sentence: str = ""

    @property
    def faults(self) -> list[Line]:
        return [line for line in self.lines if line.error]

    @property
    def questions(self) -> list[Line]:
        return [line for line in self.lines if line.question]


def fresh(known: list[Known], day: date) -> ReadingsForm:
    """The empty form of a unit's meters."""
    return ReadingsForm([Line(number, one) for number, one in enumerate(known)], day.isoformat())


def sent(known: list[Known], *, photos: bool) -> tuple[ReadingsForm, list[Typed], date | None]:
    """The form as it was posted: to be shown again, what was typed, and the day, None for an unreadable one.

    A serial that is none of the unit's stays in what was typed, for the command to refuse.
    """
    form = ReadingsForm([], request.form.get("day", "")[:20], request.form.get("form_key", "")[:60] or new_public_id())
    by_serial, typed = {one.serial: one for one in known}, list[Typed]()
    for number in range(MOST_METERS + 1):
        serial = request.form.get(f"serial-{number}")
        if serial is None:
            break
        value, words = (request.form.get(f"{name}-{number}", "") for name in ("value", "words"))
        line = Line(number, by_serial[serial], value[:40], words[:600]) if serial in by_serial else None
        photo = _photo(line, number) if photos and line is not None else None
        sure = request.form.get(f"sure-{number}") == "1"
        typed.append(Typed(serial, value, sure, words, photo))
        if line is not None:
            line.sure = sure
            form.lines.append(line)
    try:
        day = date.fromisoformat(form.day) if len(form.day) == 10 else None
    except ValueError:
        day = None
    if day is None:
        form.day_error = _("Podaj dzień, w którym spisano stan.")
    return form, typed, day


def explained(form: ReadingsForm, unclear: Unclear) -> None:
    """Put what is wrong and what is asked about at its meters."""
    form.day_error = form.day_error or unclear.errors.get("day", "")
    for line in form.lines:
        line.error = line.error or unclear.errors.get(line.known.serial, "")
        line.question = unclear.questions.get(line.known.serial)


def _photo(line: Line, number: int) -> int | None:
    """The stored file of the line's photograph: just posted, or posted before a question was asked."""
    signer, owner = _signer(), [current().id, line.known.unit_code, line.known.serial]
    try:
        files = posted(f"photo-{number}", most=1, allowed=PICTURES, largest=LARGEST_PHOTO)
    except Refused as refusal:
        line.error = refusal.message
        return None
    if files:
        kept = attachments.keep(files[0]).id
        work.commit()  # a question about the reading is no success, and the photograph is to outlive it
        line.photo = str(signer.dumps([*owner, kept]))
        return kept
    try:
        *said, kept = signer.loads(request.form.get(f"kept-{number}", ""))
    except (BadData, ValueError, TypeError):
        return None
    if said != owner:
        return None
    line.photo = request.form.get(f"kept-{number}", "")
    return int(kept)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(settings().derived_key("meters.photo"), salt="meters.photo")
