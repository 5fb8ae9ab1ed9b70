"""What goes into a draft: costs, rules, figures of units. Pages of staff."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, flash, request

from app.attachments.posted import posted
from app.attachments.serving import handed_out
from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.finances.rules import ACCOUNTS
from app.meters import tabs
from app.meters.frame import office_frame
from app.settlements import commands, queries, rules, tables
from app.settlements.forms import CostForm, RulesForm, UnitForm, choices
from app.settlements.queries import Run
from app.settlements.rules import Parameters
from app.settlements.staff import HOME, run_page, version
from app.settlements.workings import plain
from app.web import menu
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("settlement_filling", __name__, template_folder="templates")
menu.pages_of(tabs.OFFICE, f"staff.{pages.name}")
LARGEST = 5 << 20


@pages.route("/media/settlements/<run>/costs", methods=["GET", "POST"])
@needs(Can.MANAGE_METERS)
@accepts_upload(6)
def costs(run: str) -> Any:
    found = queries.run(actor(), run)
    form = filled(CostForm, version=found.version)
    if request.method != "POST":
        return _costs_page(found, form)
    try:
        files = posted("files", most=1, largest=LARGEST)
        typed = {name: str(value or "") for name, value in form.data.items()}
        commands.add_cost(actor(), run, version(), typed, files[0] if files else None)
    except NotThere:
        raise
    except Refused as refusal:
        return _costs_page(found, form, refusal), refusal.status
    flash(_("Dodano koszt i przeliczono rozliczenie."), "success")
    return see_other(f"{HOME}/{run}/costs")


@pages.post("/media/settlements/<run>/costs/<cost>/remove")
@needs(Can.MANAGE_METERS)
def remove_cost(run: str, cost: str) -> Any:
    try:
        commands.remove_cost(actor(), run, version(), cost)
    except NotThere:
        raise
    except Refused as refusal:
        return run_page(run, refusal), refusal.status
    flash(_("Usunięto koszt i przeliczono rozliczenie."), "success")
    return see_other(f"{HOME}/{run}/costs")


@pages.get("/media/settlements/<run>/costs/<cost>/file")
@needs(Can.SEE_METERS)
def cost_file(run: str, cost: str) -> Response:
    found = queries.run(actor(), run)
    for each in queries.costs(found.id):
        if each.public_id == cost and each.file_id is not None:
            return handed_out(each.file_id, each.document or each.name)
    raise NotThere("")


@pages.route("/media/settlements/<run>/rules", methods=["GET", "POST"])
@needs(Can.MANAGE_METERS)
def parameters(run: str) -> Any:
    found = queries.run(actor(), run)
    form = _rules_form(found)
    if request.method != "POST":
        return _rules_page(found, form)
    try:
        commands.set_parameters(actor(), run, version(), _how(form), _source(form))
    except NotThere:
        raise
    except Refused as refusal:
        return _rules_page(found, form, refusal), refusal.status
    flash(_("Zapisano zasady i przeliczono rozliczenie."), "success")
    return see_other(f"{HOME}/{run}")


@pages.post("/media/settlements/<run>/gather")
@needs(Can.MANAGE_METERS)
def gather(run: str) -> Any:
    try:
        commands.gather(actor(), run, version())
    except NotThere:
        raise
    except Refused as refusal:
        return run_page(run, refusal), refusal.status
    flash(_("Odczytano na nowo lokale, odczyty i zaliczki, i przeliczono rozliczenie."), "success")
    return see_other(f"{HOME}/{run}")


@pages.route("/media/settlements/<run>/file", methods=["GET", "POST"])
@needs(Can.MANAGE_METERS)
@accepts_upload(4)
def figures(run: str) -> Any:
    found = queries.run(actor(), run)
    if request.method != "POST":
        return _file_page(found)
    file = request.files.get("file")
    content = file.stream.read(tables.MOST_BYTES + 1) if file else b""
    try:
        count = commands.take_rows(actor(), run, version(), tables.uploaded(content))
    except NotThere:
        raise
    except Refused as refusal:
        return _file_page(found, refusal.message), refusal.status
    flash(_("Wczytano dane lokali: %(count)d. Rozliczenie jest przeliczone.", count=count), "success")
    return see_other(f"{HOME}/{run}")


@pages.route("/media/settlements/<run>/unit", methods=["GET", "POST"])
@needs(Can.MANAGE_METERS)
def unit(run: str) -> Any:
    """One unit of a draft, by its code in the address."""
    found = queries.run(actor(), run)
    code = request.args.get("unit", "")
    page = queries.units(found.id, code=code or "\n")
    if not page.rows:
        raise NotThere("")
    one = page.rows[0]
    given = one.given
    form = filled(
        UnitForm, version=found.version, use=_typed(given.get("use")), coefficient=_typed(given.get("coefficient")),
        advances=f"{given['advances'] / 100:.2f}".replace(".", ",") if "advances" in given else "",
        lump=one.lump, reason=str(given.get("reason") or ""),
    )  # fmt: skip
    if request.method != "POST":
        return _unit_page(found, one, form)
    try:
        typed = {name: str(form[name].data or "") for name in ("use", "coefficient", "advances", "reason")}
        commands.set_unit(actor(), run, version(), code, typed | {"lump": "1" if form.lump.data else ""})
    except NotThere:
        raise
    except Refused as refusal:
        return _unit_page(found, one, form, refusal), refusal.status
    flash(_("Zapisano dane lokalu %(code)s i przeliczono rozliczenie.", code=code), "success")
    return see_other(f"{HOME}/{run}?flag=any")


def _how(form: RulesForm) -> Parameters:
    return Parameters(
        rules.number(form.fixed_percent.data, "fixed_percent") or Decimal(0),
        form.fixed_basis.data or "",
        form.use_in.data or "",
        rules.number(form.main_use.data, "main_use"),
        form.difference.data or "",
        rules.number(form.lump_norm.data, "lump_norm"),
        rules.number(form.least_percent.data, "least_percent"),
        rules.number(form.most_percent.data, "most_percent"),
    )


def _source(form: RulesForm) -> dict[str, Any]:
    if form.source.data == "components":
        known = {code for code, _name in queries.components(actor())}
        return {"from": "components", "codes": [code for code in form.codes.data or [] if code in known]}
    if form.source.data == "account":
        return {"from": "account", "account": (form.account.data or "")[:40]}
    return {"from": "file"}


def _rules_form(found: Run) -> RulesForm:
    how, source = found.how, found.advances
    named = ("fixed_percent", "main_use", "lump_norm", "least_percent", "most_percent")
    numbers = {name: "" if (value := getattr(how, name)) is None else plain(value) for name in named}
    form = filled(
        RulesForm, version=found.version, fixed_basis=how.fixed_basis, use_in=how.use_in, difference=how.difference,
        source=source.get("from", "file"), codes=source.get("codes", []), account=source.get("account", ""), **numbers,
    )  # fmt: skip
    form.codes.choices = choices((code, f"{name} ({code})") for code, name in queries.components(actor()))
    known = [(each, ACCOUNTS.get(each, each)) for each in queries.accounts(actor())]
    form.account.choices = choices([("", "–"), *known])
    return form


def _typed(value: Any) -> str:
    return str(value or "").replace(".", ",")


def _page(template: str, found: Run, form: Any, refusal: Refused | None, **more: Any) -> str:
    return render(
        template, **office_frame(), run=found, form=form, sentence=refuse(form, refusal) if refusal else None,
        here=f"{HOME}/{found.public_id}", **more,
    )  # fmt: skip


def _costs_page(found: Run, form: CostForm, refusal: Refused | None = None) -> str:
    return _page(
        "settlements/costs.html", found, form, refusal, costs=queries.costs(found.id), megabytes=LARGEST >> 20,
        files_error=refusal.message if refusal and refusal.field == "files" else None,
    )  # fmt: skip


def _rules_page(found: Run, form: RulesForm, refusal: Refused | None = None) -> str:
    return _page("settlements/rules.html", found, form, refusal)


def _unit_page(found: Run, one: queries.RunUnit, form: UnitForm, refusal: Refused | None = None) -> str:
    return _page("settlements/unit.html", found, form, refusal, one=one)


def _file_page(found: Run, sentence: str | None = None) -> str:
    return render(
        "settlements/file.html", **office_frame(), run=found, sentence=sentence, here=f"{HOME}/{found.public_id}"
    )
