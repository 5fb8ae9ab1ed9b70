"""The kinds of letters: subject, templates, and whether a person may decline them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core.language import lazy_gettext as _l

MAILOUTS = "mailouts"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of letter; its templates are `mail/<name>.txt` and `.html`.

    `subject` may be lazy and may use `%(name)s` of its context. A kind without `topic` cannot be declined.
    """

    name: str
    subject: Any
    topic: str | None = None
    secret: bool = False
    lane: str = "bulk"


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known."""
    _kinds[kind.name] = kind


def kind(name: str) -> Kind:
    """The kind of this name. Raises `KeyError`."""
    return _kinds[name]


register(Kind("mailout", subject=None, topic=MAILOUTS))
register(Kind("password_reset", _l("Nowe hasło do portalu"), secret=True, lane="urgent"))
register(Kind("activation", _l("Konto w portalu: ustaw hasło"), secret=True, lane="urgent"))
