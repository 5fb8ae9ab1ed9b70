"""A correction of the books, asked for by a resident: a conversation with the office, put into words here.

The books belong to the manager's accounting, so nothing changes in the portal until a later package brings it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, request
from wtforms import DateField, Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.accounts.holdings import HeldUnit, holdings
from app.accounts.switching import Switch, switch
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.language import use
from app.core.public_ids import new_public_id
from app.home import facts
from app.home.facts import UnitFacts
from app.home.me import CORRECT_PERSON, CORRECT_UNIT, ME, UNITS, frame, writes
from app.messages import commands
from app.messages.rules import CORRECTION
from app.web import audiences, menu
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

LONGEST, LONGEST_REASON = 500, 4000
PERSON = {
    "name": _l("Imię i nazwisko lub nazwa"),
    "address": _l("Adres do korespondencji"),
    "email": _l("E-mail w ewidencji"),
    "phone": _l("Telefon w ewidencji"),
    "member": _l("Członkostwo"),
    "other": _l("Inne dane"),
}
UNIT = {
    "persons": _l("Liczba osób"),
    "area": _l("Powierzchnia"),
    "heated_area": _l("Powierzchnia ogrzewana"),
    "floor": _l("Klatka lub piętro"),
    "title": _l("Tytuł prawny lub udział"),
    "charges": _l("Składnik opłat"),
    "other": _l("Inne dane lokalu"),
}
pages = Blueprint("correcting", __name__, template_folder="templates")
menu.pages_of("me", "resident.correcting")
audiences.private(pages.name)


class CorrectionForm(Form):
    what = SelectField(_l("Co poprawić"), choices=[], validate_choice=False)
    should = StringField(_l("Jak powinno być"))
    since = DateField(_l("Od kiedy"), description=_l("Na przykład od dnia, w którym zmieniła się liczba osób."))
    reason = TextAreaField(
        _l("Wyjaśnienie"), description=_l("Skąd wiesz, że dane są inne? Dokument możesz dosłać w rozmowie z biurem.")
    )
    form_key = HiddenField()


@pages.get(CORRECT_PERSON)
def person() -> str:
    return _page(_fresh(PERSON), None)


@pages.post(CORRECT_PERSON)
def ask_person() -> Any:
    return _sent(PERSON, None)


@pages.get(CORRECT_UNIT)
def unit() -> str:
    return _page(_fresh(UNIT), _chosen().unit)


@pages.post(CORRECT_UNIT)
def ask_unit() -> Any:
    return _sent(UNIT, _chosen().unit)


def _chosen() -> Switch:
    """The unit asked for, which there must be. Raises `NotThere`."""
    chosen = switch(holdings(actor(), today()))
    if chosen.unit is None:
        raise NotThere("")
    return chosen


def _fresh(choices: dict[str, Any]) -> CorrectionForm:
    asked = request.args.get("what", "")
    return filled(CorrectionForm, what=asked if asked in choices else "", form_key=new_public_id())


def _page(form: CorrectionForm, about: HeldUnit | None, refusal: Refused | None = None) -> str:
    if not writes():
        raise NotThere("")
    choices = UNIT if about else PERSON
    form.what.choices = [SelectChoice("", _("wybierz")), *(SelectChoice(key, label) for key, label in choices.items())]
    chosen = switch(holdings(actor(), today()))
    return render(
        "me/correction.html",
        form=form,
        sentence=refuse(form, refusal) if refusal else None,
        about=about,
        now=_now(about),
        here=CORRECT_UNIT if about else CORRECT_PERSON,
        back=chosen.address(UNITS if about else ME),
        **frame(chosen),
    )


def _sent(choices: dict[str, Any], about: HeldUnit | None) -> Any:
    if not writes():
        raise NotThere("")
    form = filled(CorrectionForm)
    try:
        what, should, reason = _checked(form, choices)
        with use("pl"):  # the office reads Polish
            line = _subject(str(choices[what]), about)
            body = _body(str(choices[what]), _now(about).get(what), should, form.since.data, reason)
        thread = commands.write(
            actor(),
            subject=line,
            category=CORRECTION,
            body=body,
            unit=about.code if about else None,
            files=[],
            form_key=form.form_key.data or "",
        )
    except NotThere:
        raise
    except Refused as refusal:
        return _page(form, about, refusal), refusal.status
    flash(_("Prośba o poprawkę trafiła do biura. Tutaj zobaczysz odpowiedź i możesz dosłać dokument."), "success")
    return see_other(f"/messages/{thread}")


def _checked(form: CorrectionForm, choices: dict[str, Any]) -> tuple[str, str, str]:
    """Raises `Refused` with the field."""
    what, should, reason = form.what.data or "", (form.should.data or "").strip(), (form.reason.data or "").strip()
    if what not in choices:
        raise Refused(_("Wybierz, co poprawić."), field="what")
    if not should:
        raise Refused(_("Podaj, jak powinno być."), field="should")
    if len(should) > LONGEST:
        raise Refused(_("Skróć do %(most)d znaków; resztę wpisz w wyjaśnieniu.", most=LONGEST), field="should")
    if form.since.raw_data and form.since.raw_data[0].strip() and form.since.data is None:
        raise Refused(_("Podaj dzień jako rok-miesiąc-dzień, na przykład 2026-11-30."), field="since")
    if len(reason) > LONGEST_REASON:
        raise Refused(_("Wyjaśnienie może mieć najwyżej %(most)d znaków.", most=LONGEST_REASON), field="reason")
    return what, should, reason


def _subject(label: str, about: HeldUnit | None) -> str:
    if about is None:
        return _("Poprawka danych: %(what)s", what=label)
    return _("Poprawka danych lokalu %(unit)s: %(what)s", unit=about.code, what=label)[:150]


def _body(label: str, now: str | None, should: str, since: date | None, reason: str) -> str:
    lines = [_("Proszę o poprawkę: %(what)s", what=label), _("W ewidencji jest: %(now)s", now=now) if now else ""]
    lines += [_("Powinno być: %(should)s", should=should)]
    lines += [_("Od dnia: %(day)s", day=f"{since:%d.%m.%Y}")] if since else []
    return "\n".join([*(line for line in lines if line), *(["", reason] if reason else [])])


def _now(about: HeldUnit | None) -> dict[str, str]:
    """What the books say now, by what may be corrected; what the actor may not see or the books do not say is left
    out."""
    if about is None:
        found = facts.own_person(actor(), today())
        known = (
            {"name": found.name, "address": found.address, "email": found.email, "phone": found.phone} if found else {}
        )
        return {key: value for key, value in known.items() if value}
    facts_of_unit = facts.units(actor(), (about,)).get(about.code)
    return _now_of_unit(facts_of_unit, about) if facts_of_unit else {}


def _now_of_unit(known: UnitFacts, about: HeldUnit) -> dict[str, str]:
    place = [_("klatka %(name)s", name=known.staircase) if known.staircase else ""]
    place += [_("piętro %(name)s", name=known.floor) if known.floor else ""]
    values = {
        "area": known.area_text,
        "floor": ", ".join(part for part in place if part),
        "title": ", ".join(part for part in (known.title, known.share if about.sight.balance else None) if part),
    }
    if about.sight.charges:
        values |= {"heated_area": known.heated_area_text}
        values |= {"persons": str(known.persons) if known.persons is not None else ""}
    return {key: value for key, value in values.items() if value}
