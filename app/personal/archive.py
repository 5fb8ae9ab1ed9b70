"""The copy of one's data as a ZIP: a page to read, tables for a spreadsheet, JSON for machines, and a list of files."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import render_template

from app.core.actor import Actor
from app.core.clock import local, now, today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.messages import queries as messages
from app.office.queries import profile
from app.personal import collecting, queries
from app.personal.collecting import Table
from app.personal.letters import letters_of

MOST_BYTES = 100 * 1024 * 1024  # of attachments; what is more is listed and left out
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def copy_for(actor: Actor) -> bytes:
    """Everything kept about the actor as the bytes of a ZIP."""
    office, made_at = profile(), now()
    tables = [*collecting.tables(actor, today()), letters_of(actor)]
    attachments, left_out = _attachments(actor)
    page = render_template(
        "personal/copy.html",
        tables=[_readable(table) for table in tables],
        office=office,
        login=actor.login,
        made_at=made_at,
        left_out=left_out,
    )
    files = {"PRZECZYTAJ.html": page.encode(), "dane.json": _json(tables)}
    files |= {f"tabele/{table.name}.csv": _csv(table) for table in tables}
    files |= attachments
    manifest = {
        "manager": office.name,
        "login": actor.login,
        "made_at": made_at.isoformat(),
        "files": [
            {"name": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
            for name, body in files.items()
        ],
        "left_out": left_out,
    }
    files["spis.json"] = json.dumps(manifest, ensure_ascii=False, indent=2).encode()
    return _zipped(files, made_at)


def _attachments(actor: Actor) -> tuple[dict[str, bytes], list[str]]:
    """Files of the actor's conversations by their path in the ZIP, and the names of those that are left out."""
    found: dict[str, bytes] = {}
    left_out, size = [], 0
    for number, (public_id, name, length) in enumerate(queries.attachments(actor), start=1):
        size += length
        try:
            if size > MOST_BYTES:
                raise NotThere("")
            found[f"zalaczniki/{number:03d}-{_file_name(name)}"] = messages.attachment(actor, public_id).content
        except NotThere:
            left_out.append(name)
    return found, left_out


def _file_name(name: str) -> str:
    """A name that no archive program takes for a path."""
    return "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in name).lstrip(".")[-80:] or _("plik")


def _zipped(files: dict[str, bytes], made_at: datetime) -> bytes:
    out = io.BytesIO()
    moment = local(made_at).timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name, moment), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _json(tables: Iterable[Table]) -> bytes:
    found = {
        table.name: {
            "title": table.title,
            "rows": [dict(zip(table.columns, map(_plain, row), strict=True)) for row in table.rows],
        }
        for table in tables
    }
    return json.dumps(found, ensure_ascii=False, indent=2).encode()


def _csv(table: Table) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _readable(table: Table) -> Table:
    return Table(table.name, table.title, table.columns, [tuple(map(_said, row)) for row in table.rows])


def _plain(value: Any) -> Any:
    """A value for JSON: times in ISO 8601, UTC."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else value


def _said(value: Any) -> str:
    """A value for people, in Polish time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("tak") if value else _("nie")
    if isinstance(value, datetime):
        return f"{local(value):%d.%m.%Y %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    return f"{value:.2f}".replace(".", ",") if isinstance(value, Decimal) else str(value)


def _cell(value: Any) -> str:
    """A value for a spreadsheet, which must not take people's text for a formula."""
    said = _said(value)
    return f"'{said}" if isinstance(value, str) and said.startswith(_FORMULA) else said
