"""Faktury i rachunki of a site: list with sums, one invoice, adding, deciding, plan, taking away."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, request

from app.attachments.serving import handed_out
from app.core import spreadsheets, work
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.core.public_ids import new_public_id
from app.web.audiences import accepts_upload
from app.web.forms import filled, refuse
from app.web.pages import see_other
from app.web.visitor import actor
from app.works import due
from app.works import queries as sites
from app.works.access import Place, place
from app.works.filing import places
from app.works.filing import queries as filing
from app.works.frame import framed, may_send_files
from app.works.invoices import commands, queries, rules, taking
from app.works.invoices.forms import InvoiceForm, MoveForm
from app.works.rules import Right

pages = Blueprint("works_invoices", __name__, template_folder="templates")
due.register("invoices", queries.due)
places.register(
    "invoice",
    places.Own(lambda public_id: f"files/invoices/{public_id}", "files/invoices/new", _l("Dodaj fakturę lub rachunek")),
)


@pages.get("/<site>/files/invoices")
def index(site: str) -> str:
    here = place(actor(), site)
    wanted, number = _wanted(), page_number(request.args.get("page"))
    page, total = queries.listed(here, wanted, number)
    kept = {name: request.args[name] for name in ("state", "category", "month", "seller") if request.args.get(name)}
    return framed(
        "works_invoices/list.html",
        here,
        page=page,
        total=total,
        wanted=wanted,
        sums={by: queries.sums(here, by, wanted) for by in ("month", "seller", "state")},
        states=rules.STATES,
        categories=rules.CATEGORIES,
        query=urlencode(kept),
        page_url=f"{here.url}/files/invoices?{urlencode({**kept, 'page': ''})}",
        months=[one.label for one in queries.sums(here, "month", queries.Wanted())],
        bare=queries.undescribed(here),
        sees_all=here.may(Right.SEE_INVOICES),
        can_invite=here.may(Right.INVITE),
    )


@pages.get("/<site>/files/invoices/table.<ending>")
def table(site: str, ending: str) -> Response:
    here = place(actor(), site)
    if ending not in spreadsheets.TYPES:
        raise NotThere("")
    page, _total = queries.listed(here, _wanted(), 1, queries.MOST_EXPORTED)
    heads = [
        _("Rodzaj"), _("Wystawca"), _("NIP"), _("Numer"), _("Data wystawienia"), _("Netto"), _("VAT"), _("Brutto"),
        _("Zapłacić do"), _("Rachunek bankowy"), _("Za co"), _("Umowa, roboty"), _("Stan"), _("Zapłacono dnia"),
        _("Dodał(a)"),
    ]  # fmt: skip
    rows: list[list[spreadsheets.Value]] = [
        [
            one.kind_label, one.seller, one.nip, one.number, one.issued_on, one.net, one.vat, one.gross, one.due_on,
            rules.readable_account(one.account), one.category_label, one.contract, one.state_label, one.paid_on,
            one.author,
        ]
        for one in page.rows
    ]  # fmt: skip
    title = _("Faktury")
    body = spreadsheets.as_csv(heads, rows) if ending == "csv" else spreadsheets.as_xlsx(title, heads, rows)
    answer = Response(body, content_type=spreadsheets.TYPES[ending])
    answer.headers["Content-Disposition"] = f'attachment; filename="faktury.{ending}"'
    return answer


@pages.get("/<site>/files/invoices/new")
def new(site: str) -> str:
    here = place(actor(), site)
    here.must_work_here()
    return _form_page(here, filled(InvoiceForm, form_key=new_public_id()))


@pages.post("/<site>/files/invoices/new")
@accepts_upload(taking.MEGABYTES, admits=may_send_files)
def save(site: str) -> Any:
    here = place(actor(), site)
    here.must_work_here()
    form = filled(InvoiceForm)
    outcome = taken(here, form)
    if isinstance(outcome, Refused):
        return _form_page(here, form, outcome), outcome.status
    flash(_("Dokument zapisano w teczce „Faktury i rachunki”."), "success")
    return see_other(f"{here.url}/files/invoices/{outcome}")


def taken(here: Place, form: InvoiceForm, saved: Any = None) -> str | Refused:
    """Save what the form brings; the public id of the document, or why it was not taken, its files held.

    `saved(typed, files, form_key)` is how a guest saves. Raises `NotThere`.
    """
    files = []
    try:
        files = taking.files(here, form.held.data)
        if not form.validate():
            raise Refused(_("Popraw zaznaczone pola"))
        key = (form.form_key.data or "")[:64]
        document = saved(form.typed(), files, key) if saved else commands.save(here, form.typed(), files, form_key=key)
        return str(document.public_id)
    except NotThere:
        raise
    except Refused as refusal:
        work.rollback()  # nothing of it was saved; its files wait for the answer
        files = files or taking.held_before(here, form.held.data)
        form.held.data = taking.hold(here, files)
        work.commit()
        for name, value in commands.completed(form.typed(), files).items():
            if not form[name].data:
                form[name].data = value
        return refusal


@pages.get("/<site>/files/invoices/plan")
def plan(site: str) -> str:
    here = place(actor(), site)
    if not here.may(Right.SEE_INVOICES):
        raise NotThere("")
    return _plan_page(here)


@pages.post("/<site>/files/invoices/plan")
def save_plan(site: str) -> Any:
    here = place(actor(), site)
    try:
        commands.plan(actor(), here, request.form)
    except NotThere:
        raise
    except Refused as refusal:
        return _plan_page(here, refusal, request.form.to_dict()), refusal.status
    flash(_("Zapisano plan wydatków."), "success")
    return see_other(f"{here.url}/files/invoices/plan")


@pages.get("/<site>/files/invoices/<works_invoice>")
def show(site: str, works_invoice: str) -> str:
    here = place(actor(), site)
    bare = filing.one(here, works_invoice)
    if bare.kind == "invoice" and any(one[0] == works_invoice for one in queries.undescribed(here)):
        return _facts_page(here, works_invoice, filled(InvoiceForm, issued_on=bare.dated_on))
    return _show_page(here, works_invoice)


@pages.post("/<site>/files/invoices/<works_invoice>/facts")
def describe(site: str, works_invoice: str) -> Any:
    here, form = place(actor(), site), filled(InvoiceForm)
    try:
        if not form.validate():
            raise Refused(_("Popraw zaznaczone pola"))
        commands.describe(actor(), here, works_invoice, form.typed())
    except NotThere:
        raise
    except Refused as refusal:
        return _facts_page(here, works_invoice, form, refusal), refusal.status
    flash(_("Wpisano dane dokumentu."), "success")
    return see_other(f"{here.url}/files/invoices/{works_invoice}")


@pages.post("/<site>/files/invoices/<works_invoice>/<state>")
def move(site: str, works_invoice: str, state: str) -> Any:
    here = place(actor(), site)
    form = filled(MoveForm)
    said = form.version.data or ""
    version = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
    try:
        commands.move(actor(), here, works_invoice, state, version, form.reason.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _show_page(here, works_invoice, form, refusal), refusal.status
    flash(_("Zapisano: %(state)s.", state=rules.STATES[state]), "success")
    return see_other(f"{here.url}/files/invoices/{works_invoice}")


@pages.get("/<site>/files/invoices/<works_invoice>/<works_file>")
def file(site: str, works_invoice: str, works_file: str) -> Response:
    found = queries.file(place(actor(), site), works_invoice, works_file)
    return handed_out(found.file_id, found.name)


def _wanted() -> queries.Wanted:
    asked = request.args
    return queries.Wanted.of(
        asked.get("state", ""), asked.get("category", ""), asked.get("month", ""), asked.get("seller", "")
    )


def _facts_page(here: Place, public_id: str, form: InvoiceForm, refusal: Refused | None = None) -> str:
    return framed(
        "works_invoices/facts.html",
        here,
        bare=filing.one(here, public_id),
        files=queries.files(here, public_id),
        **form_values(here, form, refusal),
    )


def _form_page(here: Place, form: InvoiceForm, refusal: Refused | None = None) -> str:
    return framed("works_invoices/new.html", here, **form_values(here, form, refusal))


def form_values(here: Place, form: InvoiceForm, refusal: Refused | None = None) -> dict[str, Any]:
    """What the form's template needs, for members and guests alike."""
    sentence = refuse(form, refusal) if refusal is not None else None
    at_files = refusal.message if refusal is not None and refusal.field == "files" else None
    return {
        "form": form,
        "sentence": sentence,
        "files_error": at_files,
        "held": [file.name for file in taking.held_before(here, form.held.data)],
        "most": taking.MOST,
        "megabytes": taking.LARGEST >> 20,
    }


def _show_page(here: Place, public_id: str, form: MoveForm | None = None, refusal: Refused | None = None) -> str:
    found = queries.one(here, public_id)
    form = form or filled(MoveForm)
    form.version.data = str(found.version)
    moves = rules.MOVES[found.state] if here.may(Right.SEE_INVOICES) and here.works_here and here.is_open else ()
    return framed(
        "works_invoices/show.html",
        here,
        one=found,
        files=queries.files(here, public_id),
        account=rules.readable_account(found.account),
        form=form,
        sentence=refuse(form, refusal) if refusal else None,
        moves=[(name, rules.MOVED[name]) for name in moves],
        events=sites.history(here, f"document:{public_id}"),
    )


def _plan_page(here: Place, refusal: Refused | None = None, typed: dict[str, str] | None = None) -> str:
    lines = queries.spent(here.id)
    return framed(
        "works_invoices/plan.html",
        here,
        lines=lines,
        planned=sum(one.planned for one in lines),
        spent=sum(one.spent for one in lines),
        paid=sum(one.paid for one in lines),
        may_change=here.may(Right.MANAGE) and here.is_open,
        refusal=refusal,
        typed=typed or {},
    )
