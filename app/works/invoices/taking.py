"""Files of a form that was not taken yet: kept, so that nobody has to choose them again after a question.

They are named in the form by a signed word that counts for the same person on the same site only.
"""

from __future__ import annotations

from collections.abc import Sequence

from itsdangerous import BadData, URLSafeTimedSerializer

from app.attachments import queries
from app.attachments.commands import keep
from app.attachments.posted import posted
from app.attachments.rules import LETTERS, XML, Checked
from app.core.errors import NotThere
from app.core.runtime import settings
from app.works.access import Place
from tenants.bound import current

MOST, LARGEST = 5, 10 << 20
MEGABYTES = MOST * (LARGEST >> 20) + 1
ALLOWED = LETTERS | {XML}
_LIFE = 24 * 3600


def files(place: Place, held: str | None) -> list[Checked]:
    """The files that were sent now, and those held before. Raises `Refused` on `files`."""
    before = _back(place, held)
    return before + posted("files", most=MOST - len(before), allowed=ALLOWED, largest=LARGEST)


def held_before(place: Place, held: str | None) -> list[Checked]:
    """The files held before; none for a word that is not ours, not yours, or too old."""
    return _back(place, held)


def hold(place: Place, given: Sequence[Checked]) -> str:
    """Keep files and return the word for the form. The caller commits."""
    return _signer(place).dumps([(keep(file).public_id, file.name) for file in given]) if given else ""


def _back(place: Place, held: str | None) -> list[Checked]:
    try:
        named = _signer(place).loads((held or "")[:4000], max_age=_LIFE) if held else []
        found = [(queries.file(public_id), name) for public_id, name in named]
        return [
            Checked(name, one.content_type, queries.content(one.public_id), one.verdict) for one, name in found[:MOST]
        ]
    except (BadData, NotThere):
        return []


def _signer(place: Place) -> URLSafeTimedSerializer:
    whose = f"{current().id}:{place.id}:{place.author.account_id}:{place.author.guest_id}"
    return URLSafeTimedSerializer(settings().secret_key, salt=f"works-held:{whose}")
