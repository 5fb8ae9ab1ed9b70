"""A settlement on paper, every step as on the page: to be printed, or to be sent with a mailout."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.accounts.queries.titles import HELD_SINCE
from app.core.actor import system
from app.core.clock import today
from app.core.language import gettext as _
from app.core.language import language
from app.core.language import lazy_gettext as _l
from app.core.money import amount, money
from app.gateways import pdf
from app.mailouts import personal
from app.office.letterhead import letterhead
from app.office.queries import profile
from app.outbox import attaching
from app.outbox.attaching import CannotAttach
from app.settlements import queries, telling
from app.settlements.doubts import outcome
from app.settlements.information import HeatYear
from app.settlements.queries.mine import Whole
from app.settlements.queries.runs import Run
from app.settlements.rules import HEAT
from app.settlements.workings import Step, period_words, workings
from tenants.db import db

TEMPLATE = Path(__file__).resolve().parent / "print" / "settlement.typ"
RUN_TEMPLATE = TEMPLATE.with_name("run.typ")
# The newest published runs of a unit, of the last year and a half, that ended when those who hold it now were there.
NEWEST = (
    "SELECT DISTINCT ON (r.medium) a.public_id, a.unit_code FROM settlement_run_units a "
    "JOIN settlement_runs r ON r.id = a.run_id WHERE a.unit_code = {unit} AND r.state = 'published' "
    "AND r.medium = ANY(CAST({media} AS text[])) AND r.published_at > now() - interval '18 months' "
    f"AND r.to_on >= coalesce({HELD_SINCE}, '-infinity') ORDER BY r.medium, r.to_on DESC, r.id DESC"
)
_ADDRESS = text(
    "SELECT concat_ws(', ', nullif(concat_ws(' ', b.street, concat_ws('/', b.number, u.number)), ''), b.city) "
    "FROM units u LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "WHERE u.code = :unit AND u.until_revision IS NULL"
)


def settlement(found: Whole, address: str, name: str = "") -> bytes:
    """The PDF of one settlement."""
    return pdf.render(TEMPLATE, _frame([_page(found, address, name)]))


def newest(args: dict[str, Any], media: str) -> bytes:
    """The newest published settlements of a unit for a mailout. `args`: `unit` (code), `name` of whom it is for;
    `media` is an array of PostgreSQL. Raises `CannotAttach` where there is none."""
    code = str(args.get("unit"))
    wanted = text(NEWEST.format(unit=":unit", media=":media"))
    rows = db.session.execute(wanted, {"unit": code, "media": media, "today": today()}).all()
    if not rows:
        raise CannotAttach(_("Ten lokal nie ma opublikowanego rozliczenia"))
    address = str(db.session.execute(_ADDRESS, {"unit": code}).scalar() or code)
    unit = HeldUnit(code, None, None, None, None, None)
    pages = [
        _page(queries.whole(system("papers"), unit, row.public_id), address, str(args.get("name") or ""))
        for row in rows
    ]
    return pdf.render(TEMPLATE, _frame(pages))


def _frame(pages: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "office": letterhead(profile()), "lang": language(), "page": _("Strona"), "of": _("z"), "pages": pages,
        "title": _("Rozliczenie mediów"),
    }  # fmt: skip


def _page(found: Whole, address: str, name: str) -> dict[str, Any]:
    run, unit, how = found.run, found.unit, workings(found)
    return {
        "title": run.title,
        "lead": f"{run.medium_label}, {period_words(run.from_on, run.to_on)}",
        "state": "" if run.state == "published" else run.state_label,
        "facts": [
            [_("Dla"), name],
            [_("Lokal"), f"{address} ({unit.unit_code})"],
            [_("Opublikowano"), f"{run.published_at:%d.%m.%Y}" if run.published_at else ""],
        ],
        "sum": money(abs(unit.balance)),
        "word": outcome(unit.balance).partition(money(abs(unit.balance)))[0].strip() if unit.balance else outcome(0),
        "due": _("Termin płatności: %(day)s", day=f"{run.due_on:%d.%m.%Y}") if run.due_on and unit.balance > 0 else "",
        "note": run.note,
        "parts": [
            [_("Koszty budynku"), [_row(step) for step in how.costs]],
            [_("Jak dzielimy koszty"), [_row(step) for step in how.shares]],
            [_("Ceny"), [_row(step) for step in how.prices]],
            [_("Zużycie w lokalu"), [_row(step) for step in how.use]],
            [_("Koszt lokalu"), [_row(step) for step in how.parts]],
        ],
        "foot": [
            [_("Koszt lokalu razem"), money(unit.cost)],
            [_("Zaliczki razem"), money(unit.advances)],
            [_("Wynik"), outcome(unit.balance)],
        ],
        "months": [[f"{each.month:%m.%Y}", amount(each.amount)] for each in how.months],
        "months_title": _("Zaliczki miesiąc po miesiącu (zł)"),
        "end": _("Jeśli coś się nie zgadza, napisz do nas przez portal albo zadzwoń."),
    }


def _row(step: Step) -> list[str]:
    says = step.says
    if step.remainder:
        says = f"{says} {_('W tym wyrównanie do grosza: %(sum)s.', sum=money(step.remainder))}".strip()
    return [step.title, says, step.sum, money(step.amount) if step.amount is not None else ""]


def heat_year(info: HeatYear, address: str, name: str = "") -> bytes:
    """The annual information of heat as a PDF."""
    run = info.heat.run
    page = {
        "title": _("Informacja o cieple za %(year)s", year=info.year),
        "lead": f"{run.title}, {period_words(run.from_on, run.to_on)}",
        "state": "",
        "facts": [[_("Dla"), name], [_("Lokal"), f"{address} ({info.heat.unit.unit_code})"]],
        "sum": money(info.heat.unit.cost), "word": _("koszt ogrzewania lokalu"), "due": "", "note": "",
        "parts": [
            [_("Twój lokal"), [[term, "", "", value] for term, value in telling.unit(info)]],
            [_("Budynek"), [[term, "", "", value] for term, value in telling.building(info)]],
        ],
        "foot": [], "months": [], "months_title": "",
        "end": _(
            "Informacja jest bezpłatna (Prawo energetyczne, art. 45c). Uwagi i reklamacje zgłosisz zarządcy. Spory "
            "o rozliczenie rozstrzyga sąd, a konsument może poprosić o pomoc rzecznika konsumentów. O oszczędzaniu "
            "ciepła doradza Krajowy system doradztwa energetycznego."
        ),
    }  # fmt: skip
    return pdf.render(TEMPLATE, _frame([page]) | {"title": page["title"]})


def run_table(run: Run, heads: list[str], cells: list[list[str]]) -> bytes:
    """A run as a table on paper, in landscape."""
    data = {
        "office": letterhead(profile()), "lang": language(), "page": _("Strona"), "of": _("z"), "title": run.title,
        "lead": f"{run.medium_label}, {period_words(run.from_on, run.to_on)}, {run.state_label}", "heads": heads,
        "rows": cells,
    }  # fmt: skip
    return (pdf.render_apart if len(cells) > 300 else pdf.render)(RUN_TEMPLATE, data)


attaching.register("settlements.heat", lambda args: newest(args, f"{{{HEAT}}}"))
attaching.register("settlements.water", lambda args: newest(args, "{cold_water,hot_water}"))
for _name, _media, _label in (
    ("settlement_heat", f"{{{HEAT}}}", _l("Rozliczenie ogrzewania")),
    ("settlement_water", "{cold_water,hot_water}", _l("Rozliczenie wody")),
):
    _has = NEWEST.format(unit="u.code", media=f"'{_media}'")
    personal.offer(_name, f"settlements.{_name.removeprefix('settlement_')}", _label, f"EXISTS ({_has})")
