"""Online payments for those who match payments: the list, one of them, giving it back, a table for accounting."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, make_response, request

from app.core import spreadsheets
from app.core.actor import Actor, Can
from app.core.clock import local, today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.language import ngettext
from app.core.money import typed
from app.core.paging import page_number
from app.core.public_ids import new_public_id
from app.finances.slips.order import written
from app.office import settings
from app.paying import queries, rules
from app.paying.commands import refunding
from app.paying.forms import RefundForm
from app.web import menu, notices
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.notices import Notice
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/online-payments"
pages = Blueprint("paying_staff", __name__, template_folder="templates")


def _shown(_actor: Actor) -> bool:
    return settings.read(rules.Online).on


menu.register(
    "staff",
    _l("Płatności przez internet"),
    "paying_staff.index",
    "payments",
    47,
    needs=Can.MATCH_PAYMENTS,
    shown=_shown,
)


def _told(who: Actor) -> list[Notice]:
    """Disputes run against a clock, and money that did not go back waits for somebody."""
    disputes, failed = queries.to_be_seen_to(who)
    found = []
    if disputes:
        title = ngettext(
            "Bank płacącego zakwestionował %(num)d płatność", "Banki zakwestionowały %(num)d płatności", disputes
        )
        said = _("Odpowiedz w panelu Stripe, zanim minie termin. Bez odpowiedzi pieniądze przepadną.")
        found.append(Notice("bad", title, said, f"{HOME}?show=disputed", _("Zobacz spory")))
    if failed:
        title = ngettext("%(num)d zwrot płatności nie doszedł", "%(num)d zwrotów płatności nie doszło", failed)
        said = _("Pieniądze są nadal na Twoim koncie w Stripe. Spróbuj jeszcze raz albo oddaj je przelewem.")
        found.append(Notice("warn", title, said, f"{HOME}?show=refunded", _("Zobacz zwroty")))
    return found


notices.register("staff", 30, _told)


@pages.get("/online-payments")
@needs(Can.MATCH_PAYMENTS)
def index() -> str:
    show = request.args.get("show", "all")
    show = show if show in queries.SHOWN else "all"
    wanted = request.args.get("q", "").replace("\0", "").strip()[:100]
    page = queries.listing(actor(), page_number(request.args.get("page")), show=show, wanted=wanted)
    return render(
        "paying/list.html",
        page=page,
        page_url="?" + urlencode({"show": show, "q": wanted, "page": ""}),
        show=show,
        wanted=wanted,
        first=(today() - timedelta(days=30)).isoformat(),
        last=today().isoformat(),
    )


@pages.get("/online-payments/paid.csv")
@needs(Can.MATCH_PAYMENTS)
def table() -> Response:
    first, last = _day("from", today() - timedelta(days=30)), _day("to", today())
    headers = [
        _("Data"), _("Numer płatności"), _("Lokal"), _("Na konto lokalu"), _("Opłata"), _("Zwrócono"), _("Sposób"),
        _("Pozycja ksiąg"),
    ]  # fmt: skip
    rows = [
        (
            local(p.paid_at).date() if p.paid_at else None, p.reference, p.unit, p.amount, p.fee, p.refunded, p.method,
            p.entry,
        )
        for p in queries.paid(actor(), first, last)
    ]  # fmt: skip
    response = make_response(spreadsheets.as_csv(headers, rows))
    response.headers["Content-Type"] = spreadsheets.TYPES["csv"]
    response.headers["Content-Disposition"] = f'attachment; filename="platnosci-{first}-{last}.csv"'
    return response


@pages.get("/online-payments/<online_payment>")
@needs(Can.MATCH_PAYMENTS)
def show(online_payment: str) -> str:
    return _page(online_payment)


@pages.post("/online-payments/<online_payment>/refund")
@needs(Can.MATCH_PAYMENTS)
def refund(online_payment: str) -> Any:
    form = filled(RefundForm)
    try:
        wish = refunding.Return(typed(form.amount.data), form.reason.data or "", form.key.data or "")
        refunding.ask(actor(), online_payment, wish)
    except NotThere:
        raise
    except Refused as refusal:
        sentence = refuse(form, refusal)
        return _page(online_payment, form, sentence), refusal.status
    flash(_("Zwrot został zlecony. Pieniądze zwykle wracają w ciągu kilku dni roboczych."), "success")
    return see_other(f"{HOME}/{online_payment}")


@pages.post("/online-payments/<online_payment>/check")
@needs(Can.MATCH_PAYMENTS)
def check(online_payment: str) -> Any:
    refunding.look_again(actor(), online_payment)
    flash(_("Pytamy Stripe. Odśwież stronę za kilka sekund."), "success")
    return see_other(f"{HOME}/{online_payment}")


def _page(public_id: str, form: RefundForm | None = None, sentence: str | None = None) -> str:
    found, returns = queries.one(actor(), public_id)
    if form is None:
        form = filled(RefundForm, key=new_public_id(), amount=written(found.left))
    else:
        form.amount.data = "".join(sign for sign in (form.amount.data or "")[:40] if sign.isprintable())
    here = f"{HOME}/{found.public_id}"
    return render("paying/show.html", payment=found, returns=returns, form=form, sentence=sentence, here=here)


def _day(name: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise
