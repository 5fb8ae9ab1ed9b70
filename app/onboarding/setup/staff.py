"""Pierwsze kroki: the guide of a new manager's administrator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, make_response, request

from app.billing import queries as billing
from app.billing import telling
from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.language import ngettext
from app.core.spreadsheets import TYPES
from app.onboarding.setup import queries, sample
from app.onboarding.setup.queries import Facts
from app.onboarding.setup.workbook import FILE_NAME, workbook
from app.onboarding.site import listing
from app.web import notices, sections
from app.web.audiences import needs
from app.web.notices import Notice
from app.web.pages import render, see_other
from app.web.visitor import actor

HERE = "/admin/setup"
pages = Blueprint("setup", __name__, template_folder="../templates")
sections.register(
    "configuration",
    _l("Pierwsze kroki"),
    _l("Co jest gotowe, czego brakuje, wzór skoroszytu, dane przykładowe i lista portali."),
    HERE,
    1,
    needs=Can.CONFIGURE,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the page shows it; `said` is what is there or missing."""

    name: str
    title: str
    about: str
    said: str
    done: bool
    url: str
    label: str


@pages.get("/setup")
@needs(Can.CONFIGURE)
def index() -> str:
    who = actor()
    known = queries.facts(who)
    steps = _steps(known)
    return render(
        "setup/index.html",
        steps=steps,
        finished=sum(step.done for step in steps),
        running=known.running,
        empty=not known.units,
        sample=sample.is_there(who),
        listing=listing.standing(who),
        here=HERE,
        trial=telling.trial_words(billing.mine(who)),
    )


@pages.get("/setup/workbook.xlsx")
@needs(Can.CONFIGURE)
def download() -> Response:
    response = make_response(workbook(today(), addresses=True))
    response.mimetype = TYPES["xlsx"]
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return response


@pages.post("/setup/sample")
@needs(Can.RUN_IMPORTS)
def load() -> Any:
    try:
        taken = sample.load(actor())
    except Refused as refusal:
        flash(refusal.message, "warning")
        return see_other(HERE)
    return see_other(f"/admin/imports/{taken.public_id}")


@pages.post("/setup/sample/remove")
@needs(Can.RUN_IMPORTS)
def remove() -> Any:
    try:
        closed = sample.remove(actor())
    except Refused as refusal:
        flash(refusal.message, "warning")
    else:
        flash(_("Dane przykładowe zostały usunięte."), "success")
        if closed:
            flash(
                ngettext(
                    "Zamknięto %(count)s konto osoby z danych przykładowych.",
                    "Zamknięto konta osób z danych przykładowych: %(count)s.",
                    closed,
                    count=closed,
                ),
                "info",
            )
    return see_other("/admin/imports/new" if request.form.get("then") == "import" else HERE)


@pages.post("/setup/listing")
@needs(Can.CONFIGURE)
def choose_listing() -> Any:
    wanted = request.form.get("listed") == "yes"
    stands = listing.choose(actor(), wanted)
    if stands.listed:
        flash(_("Mieszkańcy znajdą teraz portal po nazwie."), "success")
    elif not stands.wanted:
        flash(_("Portal zniknął z wyszukiwarki zarządców."), "success")
    elif stands.state == "asked":
        flash(_("Operator platformy potwierdzi nazwę, zanim portal pojawi się w wyszukiwarce."), "info")
    return see_other(HERE)


def _unfinished(who: Actor) -> list[Notice]:
    """What Pulpit says until the steps without which nobody can use the portal are done."""
    if Can.CONFIGURE not in who.can:
        return []
    done = queries.facts(who).done
    if done["import"] and done["accounts"]:
        return []
    return [
        Notice(
            "info",
            _("Pierwsze kroki: zrobione %(done)s z %(all)s", done=sum(done.values()), all=len(done)),
            _("Przewodnik pokaże, czego brakuje, zanim zaprosisz mieszkańców."),
            HERE,
            _("Otwórz przewodnik"),
        )
    ]


notices.register("staff", 10, _unfinished)


def _steps(known: Facts) -> list[Step]:
    told = _told(known)
    done = known.done
    words = (
        ("data", _("Dane zarządcy"), _("Telefon, e-mail i adres stoją na każdej stronie i w każdym liście."),
         "/admin/configuration/office", _("Uzupełnij dane")),
        ("logo", _("Logo i kolor"), _("Mieszkańcy poznają, że to Wasz portal."),
         "/admin/configuration/look", _("Dodaj logo")),
        ("texts", _("Regulamin i dane osobowe"),
         _("Na razie działają nasze wzory. Przeczytaj je, popraw i opublikuj jako swoje."),
         "/admin/configuration/texts", _("Przejrzyj teksty")),
        ("import", _("Pierwszy import"),
         _("Pobierz wzór skoroszytu, wstaw swoje dane i wczytaj. Portal sprawdzi każdy wiersz, zanim coś pokaże."),
         "/admin/imports/new", _("Wczytaj dane")),
        ("accounts", _("Pierwsze konta"),
         _("Załóż konto jednej osobie na próbę albo od razu wszystkim: loginy wyjdą e-mailem, SMS-em lub w listach."),
         "/admin/credentials", _("Załóż konta")),
        ("mailout", _("Wysyłka próbna"),
         _("Napisz wiadomość i wyślij ją najpierw do siebie: zobaczysz ją tak, jak zobaczą ją mieszkańcy."),
         "/admin/mailouts/new", _("Napisz wiadomość")),
    )  # fmt: skip
    return [Step(name, title, about, told[name], done[name], url, label) for name, title, about, url, label in words]


def _told(known: Facts) -> dict[str, str]:
    """What there is, or what is missing, in a few words."""
    lacking = [
        (known.phone, _("telefonu")), (known.email, _("adresu e-mail")), (known.place, _("adresu biura")),
    ]  # fmt: skip
    ours = [(known.terms, _("regulamin")), (known.privacy, _("informacja o danych osobowych"))]
    unread = ", ".join(word for there, word in ours if not there)
    units = ngettext("%(count)s lokal", "Lokali: %(count)s", known.units, count=known.units)
    people = ngettext(
        "%(count)s konto mieszkańca", "Kont mieszkańców: %(count)s", known.residents, count=known.residents
    )
    return {
        "data": _lacks(lacking),
        "logo": _("Logo jest") if known.logo else _("Nie ma jeszcze logo"),
        "texts": _("Jeszcze nasz wzór: %(what)s", what=unread) if unread else _("Opublikowane"),
        "import": units if known.units else _("Import trwa") if known.running else _("Nie ma jeszcze danych"),
        "accounts": people if known.residents else _("Żaden mieszkaniec nie ma jeszcze konta"),
        "mailout": _("Wysłana") if known.mailout else _("Niczego jeszcze nie wysłano"),
    }


def _lacks(parts: list[tuple[bool, str]]) -> str:
    missing = [word for there, word in parts if not there]
    return _("Brakuje: %(what)s", what=", ".join(missing)) if missing else _("Komplet")
