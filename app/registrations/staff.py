"""The queue of applications: paper ones are copied, all are compared with the books and decided."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request
from wtforms.fields.choices import SelectChoice

from app.core.actor import Can
from app.core.clock import today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.core.public_ids import new_public_id
from app.estate.rules import TITLE_ROLES
from app.office import settings
from app.registrations import commands, queries, rules
from app.registrations.commands import Grant, Paper
from app.registrations.forms import ApproveForm, AskForm, PaperForm, RejectForm, WaysForm
from app.registrations.queries import Application, Match
from app.registrations.ways import Ways
from app.web import menu, sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("registrations", __name__, template_folder="templates")
HOME = "/admin/registrations"
OTHER, NOBODY = "other", "nobody"
HANDING = {
    "two_channels": _l("Login e-mailem, hasło startowe SMS-em"),
    "letter": _l("List z jednorazowym kodem, do wydruku"),
    "link": _l("Link do ustawienia hasła e-mailem"),
}
menu.register("staff", _l("Wnioski o konto"), "registrations.index", "file", 26, needs=Can.MANAGE_ACCOUNTS)
sections.register(
    "configuration",
    _l("Rejestracja"),
    _l("Jak mieszkańcy zakładają konto: papier, formularz, samodzielnie."),
    "/admin/configuration/registration",
    60,
    needs=Can.CONFIGURE,
)


@pages.get("/registrations")
@needs(Can.MANAGE_ACCOUNTS)
def index() -> str:
    who, decided = actor(), request.args.get("show") == "decided"
    return render(
        "registrations/list.html",
        page=queries.queue(who, decided=decided, number=page_number(request.args.get("page"))),
        page_url="?show=decided&page=" if decided else "?page=",
        decided=decided,
        waiting=queries.waiting(who),
        late=queries.late(who),
        states=rules.STATES,
        ways=rules.WAYS,
        new_url=f"{HOME}/new" if settings.read(Ways).paper else None,
    )


@pages.route("/registrations/new", methods=["GET", "POST"])
@needs(Can.MANAGE_ACCOUNTS)
def new() -> Any:
    if not settings.read(Ways).paper:
        raise NotThere("")
    form = filled(PaperForm, signed_on=today())
    if not form.form_key.data:
        form.form_key.data = new_public_id()
    if request.method != "POST":
        return render("registrations/new.html", form=form)
    if not form.validate():
        return render("registrations/new.html", form=form), 422
    paper = Paper(form.signed_on.data, form.identity_note.data or "", bool(form.acknowledged.data))
    try:
        public_id = commands.record_paper(actor(), form.wish(), paper, (form.form_key.data or "")[:64])
    except NotThere:
        raise
    except Refused as refusal:
        sentence = refuse(form, refusal)
        return render("registrations/new.html", form=form, error=sentence), refusal.status
    flash(_("Wniosek zapisany. Porównaj go z ewidencją i załóż konto."), "success")
    return see_other(f"{HOME}/{public_id}")


@pages.get("/registrations/<application>")
@needs(Can.MANAGE_ACCOUNTS)
def show(application: str) -> str:
    return _page(application)


@pages.post("/registrations/<application>/approve")
@needs(Can.MANAGE_ACCOUNTS)
def approve(application: str) -> Any:
    form = filled(ApproveForm)
    form.way.choices = _ways()
    if not form.validate():
        return _page(application, approve_form=form), 422
    try:
        account, _issued = commands.approve(actor(), application, _version(form), _grant(form))
    except Refused as refusal:
        if refusal.field is None:
            raise
        refuse(form, Refused(refusal.message, field=_FIELDS.get(refusal.field, refusal.field)))
        return _page(application, approve_form=form), refusal.status
    flash(_("Konto %(login)s jest gotowe.", login=account.login), "success")
    return see_other(f"{HOME}/{application}")


@pages.post("/registrations/<application>/ask")
@needs(Can.MANAGE_ACCOUNTS)
def ask(application: str) -> Any:
    form = filled(AskForm)
    try:
        commands.ask(actor(), application, _version(form), form.question.data or "")
    except Refused as refusal:
        if refusal.field is None:
            raise
        refuse(form, refusal)
        return _page(application, ask_form=form), refusal.status
    flash(_("Pytanie zostało wysłane."), "success")
    return see_other(f"{HOME}/{application}")


@pages.post("/registrations/<application>/reject")
@needs(Can.MANAGE_ACCOUNTS)
def reject(application: str) -> Any:
    form = filled(RejectForm)
    try:
        commands.reject(actor(), application, _version(form), form.reason.data or "")
    except Refused as refusal:
        if refusal.field is None:
            raise
        refuse(form, refusal)
        return _page(application, reject_form=form), refusal.status
    flash(_("Wniosek został odrzucony, a powód wysłany wnioskodawcy."), "success")
    return see_other(f"{HOME}/{application}")


@pages.route("/configuration/registration", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def configuration() -> Any:
    now_open = settings.fresh(Ways)
    form = filled(WaysForm, paper=now_open.paper, online=now_open.form, facts=now_open.facts)
    if request.method != "POST":
        return render("registrations/configuration.html", form=form)
    settings.write(actor(), Ways(bool(form.paper.data), bool(form.online.data), bool(form.facts.data)))
    flash(_("Zapisano. Strona rejestracji jest już zmieniona."), "success")
    return see_other("/admin/configuration/registration")


_FIELDS = {"account": "person", "email": "way", "phone": "way"}


def _page(
    public_id: str,
    *,
    approve_form: ApproveForm | None = None,
    ask_form: AskForm | None = None,
    reject_form: RejectForm | None = None,
) -> str:
    who = actor()
    found = queries.application(who, public_id)
    matched = None
    if found.is_open:
        matched = queries.match(
            who, first_name=found.first_name, last_name=found.last_name, unit=found.unit,
            email=found.email, phone=found.phone,
        )  # fmt: skip
    return render(
        "registrations/show.html",
        found=found,
        state=str(rules.STATES[found.state]),
        way=str(rules.WAYS[found.way]),
        role=str(TITLE_ROLES[found.role]),
        roles=TITLE_ROLES,
        handed=str(HANDING.get(found.handed or "", "")),
        matched=matched,
        here=f"{HOME}/{public_id}",
        approve_form=_approval(found, matched, approve_form) if matched is not None else None,
        ask_form=_versioned(ask_form or AskForm(prefix=""), found),
        reject_form=_versioned(reject_form or RejectForm(prefix=""), found),
        account_url=f"/admin/accounts/{found.account}" if found.account else None,
    )


def _approval(found: Application, matched: Match, form: ApproveForm | None) -> ApproveForm:
    """The form of the decision, filled in with the best match."""
    best = matched.best
    if form is None:
        form = ApproveForm()
        form.way.data = "two_channels" if found.email and found.phone else "letter"
        form.person.data = _value(best.code, best.accounts[0].public_id if best.accounts else "") if best else None
        form.units.data = [unit.code for unit in matched.units]
    form.version.data = str(found.version)
    form.way.choices = _ways()
    form.units.choices = [SelectChoice(code, f"{label} ({code})") for code, label in _unit_choices(matched).items()]
    form.person.choices = [*_people(matched), SelectChoice(OTHER, _("Inna osoba z ewidencji – kod poniżej")),
                           SelectChoice(NOBODY, _("Nikt z ewidencji – tylko wskazane lokale"))]  # fmt: skip
    return form


def _people(matched: Match) -> list[SelectChoice]:
    found = []
    for person in matched.people:
        for account in person.accounts:
            label = _("%(name)s (%(code)s) – dołącz do konta %(login)s", name=person.name, code=person.code,
                      login=account.login)  # fmt: skip
            found.append(SelectChoice(_value(person.code, account.public_id), label))
        label = _("%(name)s (%(code)s) – nowe konto", name=person.name, code=person.code)
        found.append(SelectChoice(_value(person.code, ""), label))
    return found


def _unit_choices(matched: Match) -> dict[str, str]:
    named = {unit.code: unit.label for unit in matched.units}
    return named | {unit.code: unit.label for person in matched.people for unit in person.units}


def _grant(form: ApproveForm) -> Grant:
    chosen = form.person.data or ""
    if not chosen:
        raise Refused(_("Zaznacz, kogo z ewidencji dotyczy wniosek, albo „Nikt z ewidencji”."), field="person")
    code, account = None, None
    if chosen == OTHER:
        code = (form.person_code.data or "").strip()
        if not code:
            raise Refused(_("Podaj kod osoby z ewidencji."), field="person_code")
    elif chosen != NOBODY:
        account, _sep, code = chosen.partition(":")
    typed = [part.strip() for part in (form.more_units.data or "").split(",")]
    return Grant(
        units=[*(form.units.data or []), *typed],
        person_code=code or None,
        account=account or None,
        login=form.login.data,
        way=form.way.data,
        take_contact=bool(form.take_contact.data),
    )


def _value(person_code: str, account: str) -> str:
    return f"{account}:{person_code}"


def _ways() -> list[SelectChoice]:
    return [SelectChoice(way, str(label)) for way, label in HANDING.items()]


def _versioned(form: Any, found: Application) -> Any:
    form.version.data = str(found.version)
    return form


def _version(form: Any) -> int:
    typed = form.version.data or ""
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        raise Conflict(_("Ten wniosek zmienił się, odkąd go otwarto. Otwórz go jeszcze raz i zdecyduj ponownie."))
    return int(typed)
