"""Residents as the office sees them: who is in the books, who has an account, and a new account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from flask import Blueprint, flash, request
from wtforms.fields.choices import SelectChoice

from app.accounts import commands, mails, queries
from app.accounts.commands import Created
from app.accounts.forms import ROLES, AccountForm, PersonAccountForm
from app.accounts.queries import AccountRow
from app.core.actor import GRANTS, Can, Role
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.core.paging import Page, page_number
from app.estate import queries as estate
from app.estate.queries import Resident, Title
from app.estate.rules import TITLE_ROLES
from app.web import menu
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("accounts", __name__, template_folder="templates")
pages.register_blueprint(Blueprint("estate", "app.estate", template_folder="templates"))
menu.register("staff", _l("Mieszkańcy"), "accounts.residents", "people", 20, needs=Can.SEE_RESIDENTS)


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the list. `balance` in grosze, None where it is not known here."""

    code: str
    name: str
    email: str | None
    units: list[str]
    has_account: bool
    url: str
    balance: int | None = None


@dataclass(frozen=True, slots=True)
class TitleLine:
    """One title of a person to a unit. `balance` in grosze, None where it is not known here."""

    code: str
    label: str
    role_label: str
    from_on: date
    to_on: date | None
    balance: int | None = None


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account of a person. The addresses are None for staff who may not manage accounts."""

    login: str
    role_label: str
    status_label: str
    email: str | None
    last_login_at: datetime | None
    link_url: str | None
    block_url: str | None
    unblock_url: str | None


@dataclass(frozen=True, slots=True)
class PersonLink:
    code: str
    name: str
    url: str


@pages.get("/residents")
@needs(Can.SEE_RESIDENTS)
def residents() -> str:
    who, asked = actor(), request.args.get("q", "")[:100]
    also = queries.people_by_login(who, asked) if asked.strip() else []
    found = estate.residents(who, asked, page_number(request.args.get("page")), today(), also)
    accounts = queries.accounts_of(who, [person.code for person in found.rows])
    lines = [
        Line(
            code=person.code,
            name=person.name,
            email=person.email,
            units=list(dict.fromkeys(title.unit_code for title in person.titles)),
            has_account=person.code in accounts,
            url=_address(person.code),
        )
        for person in found.rows
    ]
    page = Page(lines, found.number, found.size, found.total)
    page_url = "?" + urlencode({"q": asked, "page": ""} if asked else {"page": ""})
    return render("estate/residents.html", q=asked, page=page, page_url=page_url, as_of=None)


@pages.get("/residents/<path:code>")
@needs(Can.SEE_RESIDENTS)
def resident(code: str) -> str:
    who = actor()
    person = estate.resident(who, code, today())
    new_url = f"/admin/accounts/new?{urlencode({'person': code})}" if who.may(Can.MANAGE_ACCOUNTS) else None
    return render(
        "estate/resident.html",
        person=person,
        units=[_title(title) for title in person.titles],
        accounts=[_account(row) for row in queries.accounts_of(who, [code]).get(code, [])],
        new_account_url=new_url,
        as_of=None,
    )


@pages.route("/accounts/new", methods=["GET", "POST"])
@needs(Can.MANAGE_ACCOUNTS)
def new_account() -> Any:
    code = request.args.get("person")
    person = estate.resident(actor(), code, today()) if code else None
    form = _form(person)
    link = PersonLink(person.code, person.name, _address(person.code)) if person else None
    if request.method == "GET":
        return render("accounts/staff_new.html", form=form, person=link)
    if not form.validate():
        return render("accounts/staff_new.html", form=form, person=link), 422
    try:
        made = commands.create_account(
            actor(),
            form.login.data or "",
            form.unit_codes(),
            form.role.data,
            form.email.data,
            person_code=person.code if person else None,
            by_mail=True,
        )
    except Refused as refusal:
        sentence = refuse(form, refusal)
        if sentence:
            form.login.errors = [sentence]
        return render("accounts/staff_new.html", form=form, person=link), refusal.status
    return _created(made, link)


@pages.post("/accounts/<public_id>/link")
@needs(Can.MANAGE_ACCOUNTS)
def renew_link(public_id: str) -> str:
    account, secret, until, mailed_to = commands.renew_link(actor(), public_id)
    return render(
        "accounts/staff_link.html",
        name=_name_of(account.person_code) or account.login,
        login=account.login,
        activation_url=external(mails.activation_path(secret)),
        expires_at=until,
        mailed_to=mailed_to,
        back_url=_back(account.person_code),
    )


@pages.post("/accounts/<public_id>/block")
@needs(Can.MANAGE_ACCOUNTS)
def block(public_id: str) -> Any:
    account = commands.block(actor(), public_id)
    flash(_("Konto %(login)s zostało zablokowane.", login=account.login), "success")
    return see_other(_back(account.person_code))


@pages.post("/accounts/<public_id>/unblock")
@needs(Can.MANAGE_ACCOUNTS)
def unblock(public_id: str) -> Any:
    account = commands.unblock(actor(), public_id)
    flash(_("Konto %(login)s zostało odblokowane.", login=account.login), "success")
    return see_other(_back(account.person_code))


def _name_of(person_code: str | None) -> str | None:
    try:
        return estate.resident(actor(), person_code, today()).name if person_code else None
    except NotThere:
        return None


def _back(person_code: str | None) -> str:
    return _address(person_code) if person_code else "/admin/residents"


def _created(made: Created, person: PersonLink | None) -> str:
    assert made.secret is not None
    return render(
        "accounts/staff_created.html",
        name=person.name if person else made.account.login,
        login=made.account.login,
        activation_url=external(mails.activation_path(made.secret)),
        expires_at=made.expires_at,
        mailed_to=made.mailed_to,
        back_url=person.url if person else "/admin/residents",
    )


def _form(person: Resident | None) -> AccountForm:
    if person is None:
        form = filled(AccountForm)
    else:
        now_held = [title for title in person.titles if title.to_on is None or title.to_on >= today()]
        codes = list(dict.fromkeys(title.unit_code for title in now_held))
        form = filled(PersonAccountForm, login=person.code, units=codes, email=person.email)
        labels = {title.unit_code: f"{title.label} ({title.unit_code})" for title in now_held}
        form.units.choices = [SelectChoice(code, labels[code]) for code in codes]
    granted = [role for role in ROLES if GRANTS[Role(role)] <= actor().can]
    form.role.choices = [SelectChoice(role.value, str(ROLES[role])) for role in granted]
    return form


def _address(code: str) -> str:
    return f"/admin/residents/{quote(code)}"


def _title(title: Title) -> TitleLine:
    role = str(TITLE_ROLES.get(title.role, title.role))
    return TitleLine(title.unit_code, title.label, role, title.from_on, title.to_on)


def _account(row: AccountRow) -> AccountLine:
    if row.status == "blocked":
        status = _("zablokowane")
    elif not row.has_password:
        status = _("czeka na ustawienie hasła")
    else:
        status = _("hasło startowe") if row.must_change_password else _("czynne")
    here = f"/admin/accounts/{row.public_id}" if _manages(row) else None
    return AccountLine(
        login=row.login,
        role_label=str(ROLES[Role(row.role)]),
        status_label=status,
        email=row.email,
        last_login_at=row.last_login_at,
        link_url=f"{here}/link" if here and row.status == "active" else None,
        block_url=f"{here}/block" if here and row.status == "active" else None,
        unblock_url=f"{here}/unblock" if here and row.status == "blocked" else None,
    )


def _manages(row: AccountRow) -> bool:
    return actor().may(Can.MANAGE_ACCOUNTS) and GRANTS[Role(row.role)] <= actor().can
