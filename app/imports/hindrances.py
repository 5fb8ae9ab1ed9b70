"""What must be out of the way before a package may be published: features above say it, nobody keeps a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection

from app.imports.reading.findings import Finding
from app.imports.reading.sentences import message


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why no package is taken now: `code` of a sentence, and where the page of imports leads to be rid of it.

    `channel` is that of packages which it does not hinder. `template` is included by the page instead of its form.
    """

    code: str
    channel: str
    template: str
    is_there: Callable[[Connection], bool] = field(compare=False)


_known: dict[str, Hindrance] = {}


def register(hindrance: Hindrance) -> None:
    """Have `is_there` asked before each package, with the manager's other imports held off."""
    _known[hindrance.code] = hindrance


def found(connection: Connection, channel: str = "") -> Hindrance | None:
    """The first thing in the way of a package that came by this channel."""
    return next((one for one in _known.values() if one.channel != channel and one.is_there(connection)), None)


def finding(hindrance: Hindrance) -> Finding:
    params: dict[str, Any] = {}
    return Finding(None, None, None, None, hindrance.code, message(hindrance.code, params, {}), params)
