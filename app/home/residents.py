"""Residents as the office sees them: who is in the books, what they owe, who has an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote, urlencode

from flask import Blueprint, request

from app.accounts import queries as accounts
from app.accounts.forms import ROLES
from app.accounts.queries import AccountRow
from app.core.actor import GRANTS, OUTSIDE, Can, Role
from app.core.clock import today
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import Page, page_number
from app.estate import queries as estate
from app.estate.queries import Resident, Title
from app.estate.rules import TITLE_ROLES
from app.finances import queries as finances
from app.imports import queries as imports
from app.web import menu
from app.web.audiences import needs
from app.web.pages import render
from app.web.visitor import actor

pages = Blueprint("residents", __name__)
pages.register_blueprint(Blueprint("estate", "app.estate", template_folder="templates"))
menu.register("staff", _l("Mieszkańcy"), "residents.residents", "people", 20, needs=Can.SEE_RESIDENTS)


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the list. `balance` of all its units in grosze, None without units."""

    code: str
    name: str
    email: str | None
    units: list[str]
    has_account: bool
    url: str
    balance: int | None


@dataclass(frozen=True, slots=True)
class TitleLine:
    """One title of a person to a unit. `balance` in grosze, owed when positive."""

    code: str
    label: str
    role_label: str
    from_on: date
    to_on: date | None
    balance: int


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account of a person. The addresses are None for staff who may not manage accounts."""

    login: str
    role_label: str
    status_label: str
    email: str | None
    last_login_at: datetime | None
    page_url: str
    link_url: str | None
    block_url: str | None
    unblock_url: str | None


@pages.get("/residents")
@needs(Can.SEE_RESIDENTS)
def residents() -> str:
    who, asked = actor(), request.args.get("q", "")[:100]
    also = accounts.people_by_login(who, asked) if asked.strip() else []
    found = estate.residents(who, asked, page_number(request.args.get("page")), today(), also)
    held = accounts.accounts_of(who, [person.code for person in found.rows])
    balances = finances.balances_of_units(who, [title.unit_code for person in found.rows for title in person.titles])
    lines = [_line(person, person.code in held, balances) for person in found.rows]
    page = Page(lines, found.number, found.size, found.total)
    page_url = "?" + urlencode({"q": asked, "page": ""} if asked else {"page": ""})
    return render("estate/residents.html", q=asked, page=page, page_url=page_url, as_of=imports.as_of(who))


@pages.get("/residents/<path:code>")
@needs(Can.SEE_RESIDENTS)
def resident(code: str) -> str:
    who = actor()
    person = estate.resident(who, code, today())
    balances = finances.balances_of_units(who, [title.unit_code for title in person.titles])
    new_url = f"/admin/accounts/new?{urlencode({'person': code})}" if who.may(Can.MANAGE_ACCOUNTS) else None
    return render(
        "estate/resident.html",
        person=person,
        units=[_title(title, balances) for title in person.titles],
        accounts=[_account(row) for row in accounts.accounts_of(who, [code]).get(code, [])],
        new_account_url=new_url,
        as_of=imports.as_of(who),
    )


def _line(person: Resident, has_account: bool, balances: dict[str, int]) -> Line:
    units = list(dict.fromkeys(title.unit_code for title in person.titles))
    owed = sum(balances.get(unit, 0) for unit in units) if units else None
    address = f"/admin/residents/{quote(person.code, safe='')}"
    return Line(person.code, person.name, person.email, units, has_account, address, owed)


def _title(title: Title, balances: dict[str, int]) -> TitleLine:
    role = str(TITLE_ROLES.get(title.role, title.role))
    return TitleLine(title.unit_code, title.label, role, title.from_on, title.to_on, balances.get(title.unit_code, 0))


def _account(row: AccountRow) -> AccountLine:
    if row.status == "closed":
        status = _("zamknięte")
    elif row.status == "blocked":
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
        page_url=f"/admin/accounts/{row.public_id}",
        link_url=f"{here}/link" if here and row.status == "active" else None,
        block_url=f"{here}/block" if here and row.status == "active" else None,
        unblock_url=f"{here}/unblock" if here and row.status == "blocked" else None,
    )


def _manages(row: AccountRow) -> bool:
    right = Can.MANAGE_ACCOUNTS if row.role in OUTSIDE else Can.MANAGE_STAFF
    return actor().may(right) and GRANTS[Role(row.role)] <= actor().can
