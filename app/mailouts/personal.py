"""What each recipient of a mailout gets of their own: words in the text, papers and files; and who lacks something.

`select()` wraps `audience.recipients.SELECT` and answers with its columns, where `context` also holds the attachments
as `app.outbox.attaching` reads them. Papers of money go to who settles for a unit, and to nobody else. `lacks` names
what is missing: names of fields, of papers, or `file`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.audience import recipients
from app.audience.recipients import MAILABLE
from app.audience.rules import Audience
from app.core.language import gettext as _
from app.mailouts import rules
from app.mailouts.models import Mailout
from app.mailouts.rules import Channels
from app.office.queries import profile
from tenants.db import db

MOST_NAMED = 10
_HAS_CHARGES = (
    "EXISTS (SELECT FROM charges n WHERE n.unit_code = u.code AND n.until_revision IS NULL "
    "AND n.from_on <= :today AND (n.to_on IS NULL OR n.to_on >= :today))"
)
#: Which units have a paper, where not every one has: a condition on the unit `u.code` on the day `:today`.
_HAS = {"charges": _HAS_CHARGES}


def offer(name: str, maker: str, label: Any, has: str) -> None:
    """Let mailouts bring a further paper along: `name` for `rules.PAPERS`, the `maker` of the outbox, its lazy `label`,
    and by which condition (of `_HAS`) a unit has one."""
    rules.PAPERS[name] = (maker, label)
    _HAS[name] = has


def _conditions() -> str:
    return " AND ".join(f"(p.paper <> '{name}' OR {has})" for name, has in sorted(_HAS.items()))


def _own() -> str:
    return f"""
SELECT u.code AS unit, p.place AS sort, p.paper AS what, jsonb_build_object(
  'make', p.maker, 'args', jsonb_build_object('unit', u.code, 'name', r.name), 'name', p.name || ' ' || u.code || '.pdf'
) AS item
FROM unnest(r.settled) AS u (code), jsonb_to_recordset(CAST(:papers AS jsonb)) AS p (
  place integer, paper text, maker text, name text)
WHERE {_conditions()}
UNION ALL
SELECT f.unit_code, 0, 'file', jsonb_build_object('file', f.file_id, 'name', f.name)
FROM mailout_files f WHERE f.mailout_id = :mailout AND f.unit_code = ANY(r.settled)
"""


_FINGERPRINT = text(
    "SELECT encode(sha256(convert_to(concat_ws(E'\\n', subject, body, audience, channels, sms_text, important, "
    "coalesce(CAST(run_at AS text), '-'), attachments, skip_missing, (SELECT string_agg(concat_ws('/', unit_code, "
    "file_id, name), ',' ORDER BY id) FROM mailout_files f WHERE f.mailout_id = m.id)), 'UTF8')), 'hex') "
    "FROM mailouts m WHERE id = :mailout"
)
_DEAD = "EXISTS (SELECT FROM address_flags f WHERE f.dead_at IS NOT NULL AND f.address = lower(r.address))"
#: Whether e-mail reaches the row `r`.
REACHED = f"(coalesce({MAILABLE}, false) AND NOT {_DEAD})"


@dataclass(frozen=True, slots=True)
class Lacking:
    """Somebody for whom something is missing, in words."""

    name: str
    units: str
    what: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One recipient: the words of their own, and what they get. `number` counts from 1 among `total`, by name."""

    key: str
    name: str
    units: str
    address: str | None
    phone: str | None
    postal: tuple[str, ...]
    context: dict[str, Any]
    lacks: tuple[str, ...]
    number: int
    total: int

    @property
    def fields(self) -> dict[str, str]:
        return dict(self.context.get("fields") or {})

    @property
    def attachments(self) -> list[dict[str, Any]]:
        return list(self.context.get("attachments") or ())


def select() -> str:
    """The SELECT, for `values`."""
    return f"""
SELECT r.recipient_key, r.address, r.phone, r.name, r.locale, r.wanted, r.units, r.unit, r.settled, r.labels,
  r.postal, r.place, r.context || jsonb_build_object('place', to_jsonb(r.place)) || CASE
    WHEN jsonb_array_length(CAST(:shared AS jsonb) || own.items) = 0 THEN '{{}}'
    ELSE jsonb_build_object('attachments', CAST(:shared AS jsonb) || own.items) END AS context,
  ARRAY(SELECT n.name FROM unnest(CAST(:needed AS text[])) AS n (name)
    WHERE NOT coalesce(jsonb_exists(r.context -> 'fields', n.name), false))
  || ARRAY(SELECT w.name FROM unnest(CAST(:wanted_papers AS text[])) AS w (name)
    WHERE w.name <> ALL(own.kinds)) AS lacks
FROM ({recipients.SELECT}) AS r
CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(a.item ORDER BY a.unit, a.sort), '[]') AS items,
  coalesce(array_agg(a.what), '{{}}') AS kinds FROM ({_own()}) AS a) AS own
"""


def values(row: Mailout, audience: Audience) -> dict[str, Any]:
    """The parameters of `select` for a mailout that has been written."""
    texts = words(row)
    needed = rules.fields_in(texts)
    papers = [
        {"place": place, "paper": item["paper"], "maker": rules.PAPERS[item["paper"]][0],
         "name": str(rules.PAPERS[item["paper"]][1])}
        for place, item in enumerate(row.attachments, 1)
        if item.get("paper") in rules.PAPERS
    ]  # fmt: skip
    shared = [{"file": item["file"], "name": item["name"]} for item in row.attachments if "file" in item]
    wanted = [str(paper["paper"]) for paper in papers] + (["file"] if has_files(row.id) else [])
    return {
        **recipients.values(
            audience,
            locale=profile().locale,
            personal=bool(needed),
            money=not rules.MONEY_FIELDS.isdisjoint(needed),
        ),
        "papers": json.dumps(papers),
        "shared": json.dumps(shared),
        "needed": needed,
        "wanted_papers": wanted,
        "mailout": row.id,
    }


def words(row: Mailout) -> list[str]:
    """The texts of a mailout that are really sent."""
    channels = Channels.of(row.channels)
    return ([row.subject, row.body] if channels.text else []) + ([row.sms_text] if channels.sms else [])


def has_files(mailout_id: int) -> bool:
    """Whether files are matched to units for this mailout."""
    found = text("SELECT EXISTS (SELECT FROM mailout_files WHERE mailout_id = :id)")
    return bool(db.session.scalar(found, {"id": mailout_id}))


def lacking(row: Mailout, audience: Audience) -> tuple[int, list[Lacking]]:
    """How many recipients lack something, and the first of them by name."""
    given = values(row, audience)
    if not given["needed"] and not given["wanted_papers"]:
        return 0, []
    rows = db.session.execute(
        text(
            f"SELECT r.name, r.labels, r.lacks, count(*) OVER () FROM ({select()}) AS r WHERE cardinality(r.lacks) > 0 "
            f"ORDER BY ext.polish_key(r.name), r.recipient_key LIMIT {MOST_NAMED}"
        ),
        given,
    ).all()
    named = [Lacking(name, labels, ", ".join(map(lack_label, lacks))) for name, labels, lacks, _count in rows]
    return (rows[0][3] if rows else 0), named


def fingerprint(row: Mailout) -> str:
    """What a draft says, to whom and when, in 64 signs: others mean that somebody has changed it since."""
    return str(db.session.execute(_FINGERPRINT, {"mailout": row.id}).scalar_one())


def sample(row: Mailout, audience: Audience, number: int = 1, key: str | None = None) -> Sample | None:
    """One recipient by their place in the list by name, or by key; None when there is none."""
    found = db.session.execute(
        text(
            "SELECT x.* FROM (SELECT r.recipient_key, r.name, r.labels, r.address, r.phone, r.postal, r.context, "
            "r.lacks, row_number() OVER (ORDER BY ext.polish_key(r.name), r.recipient_key) AS number, "
            f"count(*) OVER () AS total FROM ({select()}) AS r) AS x "
            "WHERE CASE WHEN CAST(:key AS text) IS NULL THEN x.number = least(:number, x.total) "
            "ELSE x.recipient_key = :key END"
        ),
        {**values(row, audience), "number": number, "key": key},
    ).first()
    if found is None:
        return None
    key_, name, labels, address, phone, postal, context, lacks, at, total = found
    return Sample(key_, name, labels, address, phone, tuple(postal or ()), context, tuple(lacks), at, total)


def lack_label(name: str) -> str:
    """What is missing, in words."""
    if name == "file":
        return _("plik dla lokalu")
    return str(rules.PAPERS[name][1]) if name in rules.PAPERS else "{" + name + "}"
