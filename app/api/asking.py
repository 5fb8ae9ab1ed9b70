"""What a program asks a list for: how many rows, after which, and which of them. An unknown word is refused, because
a filter that was misspelt would answer with everything."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from flask import request

from app.core.errors import NotThere, Refused
from app.core.language import gettext as _

LIMIT, MOST = 100, 500
LONGEST = 200
#: One line of text, as the description says it.
LINE = f"^[^\\u0000-\\u001f\\u007f]{{1,{LONGEST}}}$"
_LINE = re.compile(f"[^\\x00-\\x1f\\x7f]{{1,{LONGEST}}}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Asked:
    """A window of a list: at most `limit` rows, those after the one that `cursor` names."""

    limit: int
    cursor: str | None


def window(*filters: str) -> Asked:
    """The window that this request asks for; beside it only these filters may be asked. Raises `Refused`."""
    for name, values in request.args.lists():
        if name not in ("limit", "cursor", *filters):
            raise Refused(_("Nie ma takiego parametru."), field=name[:LONGEST])
        if len(values) > 1:
            raise Refused(_("Podaj ten parametr tylko raz."), field=name)
    return Asked(_limit(), words("cursor"))


def words(name: str) -> str | None:
    """A filter of one line; None when it is not asked. Raises `Refused`."""
    typed = request.args.get(name)
    if typed is None:
        return None
    if not _LINE.fullmatch(typed):
        raise Refused(_("Podaj od 1 do %(most)d znaków w jednym wierszu.", most=LONGEST), field=name)
    return typed


def one_of(name: str, choices: Iterable[str]) -> str | None:
    """A filter that is one of these words. Raises `Refused`."""
    typed = request.args.get(name)
    if typed is not None and typed not in choices:
        raise Refused(_("Podaj jedną z wartości: %(choices)s.", choices=", ".join(choices)), field=name)
    return typed


def day(name: str) -> date | None:
    """A day such as 2026-11-30. Raises `Refused`."""
    return _read(name, _DAY, date.fromisoformat, _("Podaj datę, na przykład 2026-11-30."))


def moment(name: str) -> datetime | None:
    """A moment with its offset, such as 2026-11-30T08:00:00+01:00. Raises `Refused`."""
    return _read(name, _MOMENT, _in_utc, _no_moment())


def moment_typed(name: str, typed: str) -> datetime:
    """The same, of a field of a body. Raises `Refused`."""
    return _understood(name, typed, _MOMENT, _in_utc, _no_moment())


def _no_moment() -> str:
    return _("Podaj datę i godzinę, na przykład 2026-11-30T08:00:00+01:00.")


def _read(name: str, form: re.Pattern[str], read: Callable[[str], T], sentence: str) -> T | None:
    typed = request.args.get(name)
    return None if typed is None else _understood(name, typed, form, read, sentence)


def _understood(name: str, typed: str, form: re.Pattern[str], read: Callable[[str], T], sentence: str) -> T:
    try:
        if not form.fullmatch(typed):
            raise ValueError(typed[:LONGEST])
        return read(typed)
    except (ValueError, OverflowError):
        raise Refused(sentence, field=name) from None


def _in_utc(typed: str) -> datetime:
    """The moment in UTC: offsets that people use nowhere are too much for the database."""
    found = datetime.fromisoformat(typed)
    try:
        return found.astimezone(UTC)
    except OverflowError:  # the first or the last day that there is
        return found.replace(tzinfo=UTC)


def _limit() -> int:
    typed = request.args.get("limit")
    if typed is None:
        return LIMIT
    if not re.fullmatch(r"[0-9]{1,9}", typed) or not 1 <= int(typed) <= MOST:
        raise Refused(_("Podaj liczbę od 1 do %(most)d.", most=MOST), field="limit")
    return int(typed)


def strange_cursor() -> NotThere:
    """What to raise for a cursor that names no row of this list."""
    return NotThere(_("Nie ma takiego miejsca na liście. Zacznij od początku."), field="cursor")


def parameter(name: str, about: str, **schema: Any) -> dict[str, Any]:
    """A query parameter as the description names it."""
    return {"name": name, "in": "query", "description": about, "schema": {"type": "string", **schema}}


def line(name: str, about: str) -> dict[str, Any]:
    """A query parameter that is one line of text, such as a code, as the description names it."""
    return parameter(name, about, pattern=LINE)
