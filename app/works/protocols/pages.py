"""Protokoły odbioru of a site: one protocol, its sections with history, defects, remarks, signing, paper."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, request

from app.accounts.rules import TooMany
from app.attachments.posted import posted
from app.core.clock import today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.language import ngettext
from app.core.public_ids import new_public_id
from app.web import afterwards
from app.web.audiences import accepts_upload
from app.web.forms import filled, refuse
from app.web.pages import see_other
from app.web.visitor import actor
from app.works import due
from app.works import queries as sites
from app.works.access import Place, place
from app.works.filing import places
from app.works.frame import framed, may_send_files
from app.works.protocols import commands, printing, queries, rules, signing
from app.works.protocols.forms import DefectForm, NewForm, RemarkForm, SectionForm, SignForm

MOST, LARGEST = 6, 12 << 20
MEGABYTES = MOST * (LARGEST >> 20) + 1
pages = Blueprint("works_protocols", __name__, template_folder="templates")
due.register("protocols", queries.due)
places.register(
    "protocol",
    places.Own(
        lambda public_id: f"files/protocols/{public_id}",
        "files/protocols/new",
        _l("Nowy protokół odbioru"),
        queries.is_frozen,
    ),
)


@pages.get("/<site>/files/protocols")
def index(site: str) -> Any:
    return see_other(f"{place(actor(), site).url}/files/folders/protocols")


@pages.get("/<site>/files/protocols/new")
def new(site: str) -> str:
    here = place(actor(), site)
    here.must_work_here()
    form = filled(NewForm, form_key=new_public_id(), dated_on=today())
    return framed("works_protocols/new.html", here, form=form, sentence=None)


@pages.post("/<site>/files/protocols/new")
def start(site: str) -> Any:
    here = place(actor(), site)
    here.must_work_here()
    form = filled(NewForm)
    try:
        if not form.validate():
            raise Refused(_("Popraw zaznaczone pola"))
        key = (form.form_key.data or "")[:64]
        made = commands.start(actor(), here, form.template.data or "", form.title.data or "", form.dated_on.data, key)
    except NotThere:
        raise
    except Refused as refusal:
        sentence = refuse(form, refusal)
        return framed("works_protocols/new.html", here, form=form, sentence=sentence), refusal.status
    return see_other(_url(here, made.public_id))


@pages.get("/<site>/files/protocols/<works_protocol>")
def show(site: str, works_protocol: str) -> str:
    return _page(place(actor(), site), works_protocol)


@pages.get("/<site>/files/protocols/<works_protocol>/pdf")
def paper(site: str, works_protocol: str) -> Response:
    here = place(actor(), site)
    found = queries.protocol(here, works_protocol)
    answer = Response(printing.paper(here, found), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"protokol.pdf\"; filename*=UTF-8''{quote(found.title)}.pdf"
    )
    return answer


@pages.get("/<site>/files/protocols/<works_protocol>/sections/<works_section>")
def edit(site: str, works_protocol: str, works_section: str) -> str:
    here = place(actor(), site)
    here.must_work_here()
    found = queries.protocol(here, works_protocol)
    section = queries.section(found, works_section)
    if found.is_frozen:
        raise Conflict(_("Protokół jest przekazany do podpisu. Żeby go zmienić, trzeba go najpierw otworzyć."))
    afterwards.do(lambda: commands.hold(here, works_section))
    form = filled(SectionForm, body=section.body, base=str(section.version))
    return _section_page(here, found, section, form)


@pages.post("/<site>/files/protocols/<works_protocol>/sections/<works_section>")
def save(site: str, works_protocol: str, works_section: str) -> Any:
    here = place(actor(), site)
    form = filled(SectionForm)
    typed = form.base.data or ""
    base = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else -1
    try:
        outcome = commands.save_section(here, works_protocol, works_section, base, form.body.data)
    except NotThere:
        raise
    except Refused as refusal:
        found = queries.protocol(here, works_protocol)
        section = queries.section(found, works_section)
        return _section_page(here, found, section, form, refuse(form, refusal)), refusal.status
    if outcome.saved:
        flash(_("Zapisano."), "success")
        return see_other(f"{_url(here, works_protocol)}#s-{works_section}")
    found = queries.protocol(here, works_protocol)
    section = queries.section(found, works_section)
    mine = rules.text_of(form.body.data)
    form.body.data, form.base.data = rules.merged(mine, section.body), str(section.version)
    return _section_page(here, found, section, form, mine=mine)


@pages.get("/<site>/files/protocols/<works_protocol>/sections/<works_section>/history")
def history(site: str, works_protocol: str, works_section: str) -> str:
    here = place(actor(), site)
    found = queries.protocol(here, works_protocol)
    section = queries.section(found, works_section)
    changes = queries.changes(here, works_protocol, works_section)
    url = _url(here, works_protocol)
    return framed("works_protocols/history.html", here, found=found, section=section, changes=changes, url=url)


@pages.post("/<site>/files/protocols/<works_protocol>/defects")
def add_defect(site: str, works_protocol: str) -> Any:
    here, form = place(actor(), site), filled(DefectForm)
    try:
        if not form.validate():
            raise Refused(_("Popraw zaznaczone pola"))
        typed = form.what.data or "", form.responsible.data or "", form.due_on.data
        commands.add_defect(here, works_protocol, *typed, form.form_key.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _page(here, works_protocol, refusal, defect=form), refusal.status
    flash(_("Dopisano usterkę. Termin zobaczą wszyscy na pierwszej stronie."), "success")
    return see_other(f"{_url(here, works_protocol)}#defects")


@pages.post("/<site>/files/protocols/<works_protocol>/defects/<works_defect>")
def mend(site: str, works_protocol: str, works_defect: str) -> Any:
    here = place(actor(), site)
    commands.mend(here, works_protocol, works_defect, mended=request.form.get("mended") == "yes")
    return see_other(f"{_url(here, works_protocol)}#defects")


@pages.post("/<site>/files/protocols/<works_protocol>/remarks")
def remark(site: str, works_protocol: str) -> Any:
    here, form = place(actor(), site), filled(RemarkForm)
    try:
        commands.remark(here, works_protocol, form.remark.data or "", form.form_key.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _page(here, works_protocol, refusal, remark=form), refusal.status
    return see_other(f"{_url(here, works_protocol)}#remarks")


@pages.post("/<site>/files/protocols/<works_protocol>/photos")
@accepts_upload(MEGABYTES, admits=may_send_files)
def add_photos(site: str, works_protocol: str) -> Any:
    here = place(actor(), site)
    queries.protocol(here, works_protocol)
    try:
        commands.add_photos(here, works_protocol, posted("files", most=MOST, largest=LARGEST))
    except NotThere:
        raise
    except Refused as refusal:
        return _page(here, works_protocol, refusal), refusal.status
    flash(_("Dołączono."), "success")
    return see_other(f"{_url(here, works_protocol)}#files")


@pages.post("/<site>/files/protocols/<works_protocol>/freeze")
def freeze(site: str, works_protocol: str) -> Any:
    here = place(actor(), site)
    try:
        signing.freeze(actor(), here, works_protocol, request.form.getlist("parties")[:200])
    except NotThere:
        raise
    except Refused as refusal:
        return _page(here, works_protocol, refusal), refusal.status
    flash(_("Protokół czeka na podpisy. Treści nie da się teraz zmienić."), "success")
    return see_other(f"{_url(here, works_protocol)}#signing")


@pages.post("/<site>/files/protocols/<works_protocol>/open")
def open_again(site: str, works_protocol: str) -> Any:
    here = place(actor(), site)
    void = signing.open_again(actor(), here, works_protocol)
    said = ngettext("Unieważniono %(num)d podpis.", "Unieważniono %(num)d podpisów.", void) if void else ""
    flash(f"{_('Protokół jest otwarty do zmian.')} {said}".strip(), "success")
    return see_other(_url(here, works_protocol))


@pages.post("/<site>/files/protocols/<works_protocol>/sign")
def sign(site: str, works_protocol: str) -> Any:
    here, form = place(actor(), site), filled(SignForm)
    refuses = request.form.get("verdict") == "refused"
    try:
        signing.sign(
            actor(), here, works_protocol, form.seen.data or "", form.password.data or "",
            refuses=refuses, reason=form.reason.data or "",
        )  # fmt: skip
    except NotThere:
        raise
    except Refused as refusal:
        page = _page(here, works_protocol, refusal, sign=form)
        headers = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, TooMany) else {}
        return page, refusal.status, headers
    flash(_("Zapisano odmowę podpisu.") if refuses else _("Protokół podpisany. Dziękujemy."), "success")
    return see_other(f"{_url(here, works_protocol)}#signing")


def _url(here: Place, public_id: str) -> str:
    return f"{here.url}/files/protocols/{public_id}"


def _page(here: Place, public_id: str, refusal: Refused | None = None, **forms: Any) -> str:
    found = queries.protocol(here, public_id)
    key = new_public_id()
    shown = {
        "defect": forms.get("defect") or DefectForm(form_key=key),
        "remark": forms.get("remark") or RemarkForm(form_key=key),
        "sign": forms.get("sign") or SignForm(),
    }
    shown["sign"].seen.data = found.hash or ""
    at_fault = next((form for name, form in shown.items() if name in forms), shown["defect"])
    mine = next((said for party, said in found.answers if party["account_id"] == here.author.account_id), None)
    is_party = any(party["account_id"] == here.author.account_id for party in found.parties)
    return framed(
        "works_protocols/show.html",
        here,
        found=found,
        url=_url(here, public_id),
        **shown,
        at_fault=at_fault,
        sentence=refuse(at_fault, refusal) if refusal else None,
        writes=here.works_here and here.is_open and not found.is_frozen,
        works=here.works_here and here.is_open,
        steers=signing.may_steer(here, found.account_id),
        signs=found.is_frozen and is_party and mine is None and here.works_here and here.is_open,
        members=sites.members(actor(), here),
        digest=rules.readable_hash(found.hash or found.fingerprint),
        events=sites.history(here, f"document:{public_id}", 60),
        day=today(),
        most=MOST,
        megabytes=LARGEST >> 20,
    )


def _section_page(
    here: Place, found: queries.Protocol, section: queries.Section, form: SectionForm, sentence: str | None = None,
    mine: str | None = None,
) -> str:  # fmt: skip
    return framed(
        "works_protocols/section.html",
        here,
        found=found,
        section=section,
        form=form,
        sentence=sentence,
        mine=mine,
        lines=rules.difference(section.body, mine) if mine is not None else [],
        other=section.held_by if section.held_account not in (None, here.author.account_id) else None,
        url=_url(here, found.public_id),
    )
