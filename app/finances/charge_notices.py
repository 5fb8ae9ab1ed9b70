"""Two papers for the post: what is charged for a unit (zawiadomienie o wysokości opłat, u.s.m. art. 4 ust. 7), and
how it stands (zawiadomienie o saldzie).

They are made when a letter leaves, for whoever settles for the unit; who may be told of it has been asked before.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.dates import format_date
from sqlalchemy import text

from app.core.clock import local, today
from app.core.language import gettext as _
from app.core.language import language
from app.core.money import amount, money
from app.finances.rules import ACCOUNTS, account_number
from app.gateways import pdf
from app.office.letterhead import letterhead
from app.office.queries import profile
from app.outbox import attaching
from app.outbox.attaching import CannotAttach
from tenants.db import db

TEMPLATE = Path(__file__).resolve().parent / "print" / "notice.typ"
_UNITS = {"m2": "m²", "person": "os.", "unit": "lokal", "m3": "m³", "GJ": "GJ", "piece": "szt."}
_UNIT = text(
    "SELECT u.code, u.account, concat_ws(' ', b.street, concat_ws('/', b.number, u.number)) AS street, "
    "concat_ws(' ', b.postcode, b.city) AS city, (SELECT as_of FROM revisions ORDER BY number DESC LIMIT 1) AS as_of "
    "FROM units u LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "WHERE u.code = :unit AND u.until_revision IS NULL"
)
_CHARGES = text(
    "SELECT coalesce(k.name, c.component_code) AS name, coalesce(k.basis, '') AS basis, c.quantity, c.price, c.amount, "
    "c.from_on FROM charges c LEFT JOIN components k ON k.code = c.component_code AND k.until_revision IS NULL "
    "WHERE c.unit_code = :unit AND c.until_revision IS NULL AND c.from_on <= :day "
    "AND (c.to_on IS NULL OR c.to_on >= :day) ORDER BY k.id, c.component_code"
)
_BALANCES = text(
    "SELECT account, sum(debit - credit)::bigint AS grosze, (sum(debit - credit) - coalesce(sum(debit) FILTER "
    "(WHERE coalesce(due_on, booked_on) >= :day), 0))::bigint AS late FROM ledger_entries "
    "WHERE unit_code = :unit AND until_revision IS NULL GROUP BY account ORDER BY account"
)


def charge_notice(args: dict[str, Any]) -> bytes:
    """The components of a unit's monthly charge as a PDF. `args`: `unit` (code), `name` of whom it is for.

    Raises `CannotAttach` for a unit that is not there, or is charged nothing.
    """
    unit, day = _unit(args), today()
    rows = db.session.execute(_CHARGES, {"unit": unit.code, "day": day}).all()
    if not rows:
        raise CannotAttach(_("Lokal nie ma naliczeń na dziś"))
    total = sum(row.amount for row in rows)
    return _paper(
        unit,
        str(args.get("name") or ""),
        title=_("Zawiadomienie o wysokości opłat"),
        lead=_("stan na %(day)s", day=format_date(day, "d MMMM y", locale=language())),
        sum=money(total),
        word=_("miesięcznie"),
        heads=[_("Składnik"), _("Ilość"), _("Cena (zł)"), _("Od dnia"), _("Kwota (zł)")],
        rows=[
            [row.name, f"{_plain(row.quantity)} {_UNITS.get(row.basis, '')}".strip(), _plain(row.price),
             f"{row.from_on:%d.%m.%Y}", amount(row.amount)]
            for row in rows
        ],
        total=[_("Razem miesięcznie"), "", "", "", amount(total)],
        note=_("Jeśli coś się nie zgadza, napisz do nas przez portal albo zadzwoń."),
    )  # fmt: skip


def balance_notice(args: dict[str, Any]) -> bytes:
    """How a unit stands today, by settlement account, as a PDF. `args` as `charge_notice`."""
    unit, day = _unit(args), today()
    rows = db.session.execute(_BALANCES, {"unit": unit.code, "day": day}).all()
    balance = sum(row.grosze for row in rows)
    late = max(0, sum(row.late for row in rows))
    word = _("zaległość") if balance > 0 else _("nadpłata") if balance < 0 else _("rozliczone")
    return _paper(
        unit,
        str(args.get("name") or ""),
        title=_("Zawiadomienie o saldzie"),
        lead=_("stan na %(day)s", day=format_date(day, "d MMMM y", locale=language())),
        sum=money(abs(balance)),
        word=word if not late else _("%(word)s, w tym po terminie %(late)s", word=word, late=money(late)),
        heads=[_("Konto"), _("Saldo (zł)")],
        rows=[[str(ACCOUNTS.get(row.account, row.account)), amount(row.grosze)] for row in rows],
        total=[_("Razem"), amount(balance)],
        note=_("Kwota bez znaku to zaległość, z minusem – nadpłata. Wpłat, które są w drodze, tu jeszcze nie ma."),
    )


def _unit(args: dict[str, Any]) -> Any:
    unit = db.session.execute(_UNIT, {"unit": str(args.get("unit"))}).one_or_none()
    if unit is None:
        raise CannotAttach(_("Tego lokalu nie ma już w ewidencji"))
    return unit


def _paper(unit: Any, name: str, **said: Any) -> bytes:
    facts = [
        [_("Dla"), name],
        [_("Lokal"), ", ".join(part for part in (unit.street, unit.city) if part)],
        [_("Kod lokalu"), unit.code],
        [_("Rachunek do wpłat"), account_number(unit.account) or ""],
        [_("Stan ksiąg"), f"{local(unit.as_of):%d.%m.%Y, %H:%M}" if unit.as_of else ""],
    ]
    frame = {"office": letterhead(profile()), "lang": language(), "page": _("Strona"), "of": _("z"), "facts": facts}
    return pdf.render(TEMPLATE, frame | said)


def _plain(value: Any) -> str:
    """A `Decimal` with the decimals that it has, at least two for what is below one: `52.4000` → `52,4`."""
    short = f"{value.normalize():f}"
    return short.replace(".", ",")


attaching.register("finances.charge_notice", charge_notice)
attaching.register("finances.balance_notice", balance_notice)
