"""Baza adresowa: people whom the site knows, added by everybody, read by who may."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, request

from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.paging import page_number
from app.core.spreadsheets import TYPES, as_csv
from app.web.forms import filled, refuse
from app.web.pages import see_other
from app.web.visitor import actor
from app.works.access import Place, place
from app.works.frame import framed
from app.works.post.commands import contacts as commands
from app.works.post.forms import ContactForm
from app.works.post.queries import contacts as queries
from app.works.post.queries.contacts import Contact
from app.works.rules import Right

MOST_EXPORTED = 10_000
FIELDS = ("name", "firm", "trade", "email", "phone", "note")
pages = Blueprint("works_book", __name__, template_folder="templates")


@pages.get("/<site>/mail/contacts")
def listed(site: str) -> str:
    here = place(actor(), site)
    search = request.args.get("q", "")[:100].replace("\0", "").strip()
    return framed(
        "post/contacts.html",
        here,
        page=queries.contacts(here, search, page_number(request.args.get("page"))),
        page_url=f"{here.url}/mail/contacts?{urlencode({'q': search, 'page': ''})}",
        search=search,
        sees_all=here.may(Right.SEE_CONTACTS),
        may_change=here.works_here and here.is_open,
    )


@pages.get("/<site>/mail/contacts.csv")
def exported(site: str) -> Response:
    here = place(actor(), site)
    found = queries.contacts(here, size=MOST_EXPORTED).rows
    headers = [_("Imię i nazwisko albo firma"), _("Firma"), _("Branża"), _("E-mail"), _("Telefon"), _("Notatka")]
    rows = [[getattr(one, name) for name in FIELDS] for one in found]
    response = Response(as_csv(headers, rows), content_type=TYPES["csv"])
    response.headers["Content-Disposition"] = 'attachment; filename="baza-adresowa.csv"'
    return response


@pages.route("/<site>/mail/contacts/new", methods=["GET", "POST"])
def add(site: str) -> Any:
    here = place(actor(), site)
    here.must_work_here()
    form = filled(ContactForm, email=request.args.get("email", "")[:254])
    if request.method != "POST":
        return _page(here, form)
    try:
        commands.add(actor(), here, form.data, although_double="although" in request.form)
    except NotThere:
        raise
    except Refused as refusal:
        return _page(here, form, refusal=refusal), refusal.status
    flash(_("Kontakt jest w bazie adresowej."), "success")
    return see_other(f"{here.url}/mail/contacts")


@pages.route("/<site>/mail/contacts/<works_contact>", methods=["GET", "POST"])
def change(site: str, works_contact: str) -> Any:
    here = place(actor(), site)
    here.must_work_here()
    found = queries.contact(here, works_contact)
    form = filled(ContactForm, **{name: getattr(found, name) for name in FIELDS})
    if request.method != "POST":
        return _page(here, form, found)
    try:
        commands.change(actor(), here, works_contact, form.data, although_double="although" in request.form)
    except NotThere:
        raise
    except Refused as refusal:
        return _page(here, form, found, refusal), refusal.status
    flash(_("Zapisano."), "success")
    return see_other(f"{here.url}/mail/contacts")


@pages.route("/<site>/mail/contacts/<works_contact>/remove", methods=["GET", "POST"])
def remove(site: str, works_contact: str) -> Any:
    here = place(actor(), site)
    here.must_work_here()
    found = queries.contact(here, works_contact)
    if request.method != "POST":
        return framed("post/contact_remove.html", here, contact=found)
    commands.remove(actor(), here, works_contact)
    flash(_("Kontakt został usunięty."), "success")
    return see_other(f"{here.url}/mail/contacts")


def _page(here: Place, form: ContactForm, found: Contact | None = None, refusal: Refused | None = None) -> str:
    return framed(
        "post/contact.html",
        here,
        form=form,
        contact=found,
        twice=isinstance(refusal, commands.Twice),
        sentence=refuse(form, refusal) if refusal else None,
    )
