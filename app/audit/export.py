"""The log as a table for a spreadsheet. No cell can be a formula, whatever people typed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from app.audit.queries import Entry
from app.audit.wording import action_label, actor_kind_label
from app.core import spreadsheets
from app.core.clock import local
from app.core.language import gettext as _


class _Counted:
    """Rows as they are written, and how many there were."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = entries
        self.lines = 0

    def __iter__(self) -> Iterator[list[str]]:
        for row in _rows(self.entries):
            self.lines += 1
            yield row


def as_csv(entries: Iterable[Entry]) -> tuple[bytes, int]:
    """What a Polish spreadsheet opens by itself. The file and its number of lines."""
    rows = _Counted(entries)
    return spreadsheets.as_csv(_headers(), rows), rows.lines


def as_xlsx(entries: Iterable[Entry]) -> tuple[bytes, int]:
    """One sheet of plain texts. The file and its number of lines."""
    rows = _Counted(entries)
    return spreadsheets.as_xlsx(_("Dziennik"), _headers(), rows), rows.lines


def _headers() -> list[str]:
    return [
        _("Numer"),
        _("Kiedy"),
        _("Rodzaj osoby"),
        _("Kto"),
        _("Co zrobiono"),
        _("Rodzaj zdarzenia"),
        _("Czego dotyczy"),
        _("Adres sieciowy"),
        _("Szczegóły"),
    ]


def _rows(entries: Iterable[Entry]) -> Iterator[list[str]]:
    for one in entries:
        yield [
            str(one.id),
            f"{local(one.at):%Y-%m-%d %H:%M:%S}",
            actor_kind_label(one.actor_kind),
            one.actor,
            action_label(one.action),
            one.action,
            one.subject,
            one.address or "",
            json.dumps(one.detail, ensure_ascii=False, sort_keys=True) if one.detail else "",
        ]


KINDS: dict[str, Callable[[Iterable[Entry]], tuple[bytes, int]]] = {"csv": as_csv, "xlsx": as_xlsx}
