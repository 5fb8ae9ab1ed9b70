"""What a guest sees: the link, the code, their one thing. A cookie of its own, read here and nowhere else.

Nothing is changed by opening an address, because programs that look into mail open them all. Whatever does not count
(a link that is unknown, used, expired or taken back) gets one and the same page.
"""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, current_app, flash, make_response, request
from werkzeug.wrappers import Response

from app.accounts.rules import TooMany
from app.attachments.posted import posted
from app.attachments.rules import DOCUMENTS
from app.attachments.serving import handed_out
from app.core import work
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.links import external
from app.core.public_ids import new_public_id
from app.web import afterwards
from app.web.application import Osiedle
from app.web.audiences import accepts_upload
from app.web.forms import filled
from app.web.pages import render, see_other
from app.web.visitor import address
from app.works.filing.rules import FOLDERS
from app.works.guests import adding, entering, queries, rules, things
from app.works.guests.entering import Visit
from app.works.guests.forms import CodeForm, NoteForm
from app.works.invoices import pages as invoice_pages
from app.works.invoices import taking
from app.works.invoices.forms import InvoiceForm
from app.works.protocols import printing
from app.works.protocols import queries as protocols

pages = Blueprint("works_guest", __name__, template_folder="templates")
HOME = "/works/guest"


@pages.errorhandler(NotThere)
def gone(_error: Exception) -> Any:
    """One page for everything that does not count."""
    return render("works_guest/gone.html"), 404


@pages.errorhandler(TooMany)
def too_many(error: TooMany) -> Any:
    answer = make_response(render("works_guest/wait.html", sentence=error.message), error.status)
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


@pages.after_request
def keep_quiet(response: Response) -> Response:
    """Neither the next page, a search engine nor a cache hears of a guest's address."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


@pages.get("/works/guest/<guest_secret>")
def link(guest_secret: str) -> str:
    guest = entering.known(guest_secret, address())
    return render("works_guest/link.html", secret=guest_secret, minutes=_minutes(), once=guest.once)


@pages.post("/works/guest/<guest_secret>")
def ask(guest_secret: str) -> Any:
    guest = entering.known(guest_secret, address())
    return _waiting_for_code(entering.ask_code(guest, address()))


@pages.get("/works/guest/code")
def code() -> str:
    return _code_page(filled(CodeForm))


@pages.post("/works/guest/code")
def enter() -> Any:
    form = filled(CodeForm)
    try:
        fresh = entering.enter(_cookie(), form.code.data, address())
    except (NotThere, TooMany):
        raise
    except Refused as refusal:
        form.code.errors = [refusal.message]
        return _code_page(form), refusal.status
    answer = see_other(HOME)
    _set_cookie(answer, fresh)
    return answer


@pages.post("/works/guest/again")
def again() -> Any:
    browser = _cookie()
    return _waiting_for_code(entering.ask_code(entering.asked(browser), address(), browser))


@pages.get("/works/guest")
def home() -> str:
    visit = entering.inside(_cookie())
    guest, document = visit.guest, None
    values: dict[str, Any] = {}
    if guest.subject_kind == "document":
        document = things.document(visit.place, guest.subject_id)
        values["papers"] = things.papers(document.id)
    elif guest.subject_kind == "letter":
        values["letter"] = things.letter(visit.place, guest.subject_id)
    afterwards.do(lambda: entering.seen(visit, None if guest.subject_kind == "folder" else "guest.read"))
    folders = [(key, str(FOLDERS[key][0])) for key in adding.folders(visit)]
    return render(
        "works_guest/home.html",
        visit=visit,
        guest=guest,
        document=document,
        folders=folders,
        added=adding.added(visit),
        **values,
    )


@pages.get("/works/guest/files/<guest_file>")
def file(guest_file: str) -> Response:
    visit = entering.inside(_cookie())
    file_id, name = things.paper_of(visit.place, visit.guest.subject_kind, visit.guest.subject_id, guest_file)
    afterwards.do(lambda: entering.seen(visit, "guest.downloaded"))
    return handed_out(file_id, name)


@pages.get("/works/guest/protocol")
def protocol() -> Response:
    """A protocol as it stands on paper, for who was invited to it."""
    visit = entering.inside(_cookie())
    if visit.guest.subject_kind != "document":
        raise NotThere("")
    found = protocols.protocol(visit.place, things.document(visit.place, visit.guest.subject_id).public_id)
    afterwards.do(lambda: entering.seen(visit, "guest.downloaded"))
    answer = make_response(printing.paper(visit.place, found))
    answer.mimetype = "application/pdf"
    answer.headers["Content-Disposition"] = 'attachment; filename="protokol.pdf"'
    return answer


def _admitted() -> bool:
    try:
        return entering.inside(_cookie()).guest.ability == "add"
    except NotThere:
        return False


@pages.get("/works/guest/add/<guest_folder>")
def add(guest_folder: str) -> str:
    visit = _adder(guest_folder)
    form = filled(InvoiceForm if guest_folder == "invoices" else NoteForm, form_key=new_public_id())
    return _add_page(visit, guest_folder, form)


@pages.post("/works/guest/add/<guest_folder>")
@accepts_upload(taking.MEGABYTES, admits=_admitted)
def save(guest_folder: str) -> Any:
    visit = _adder(guest_folder)
    if guest_folder == "invoices":
        form: Any = filled(InvoiceForm)
        outcome = invoice_pages.taken(
            visit.place, form, lambda typed, files, key: adding.add_invoice(visit, typed, files, key)
        )
        if isinstance(outcome, Refused):
            return _add_page(visit, guest_folder, form, outcome), outcome.status
    else:
        form = filled(NoteForm)
        refused = _saved_note(visit, guest_folder, form)
        if refused is not None:
            return _add_page(visit, guest_folder, form, refused), refused.status
    flash(_("Zapisano. Osoba, która Cię zaprosiła, zobaczy to od razu."), "success")
    return see_other(HOME)


@pages.post("/works/guest/account")
def account() -> Any:
    visit = entering.inside(_cookie())
    to = queries.address_of(None, visit.guest.account_id)
    path = f"{visit.place.url}/guests/{visit.guest.public_id}"
    entering.ask_account(visit, to, external(path))
    flash(_("Przekazaliśmy prośbę osobie, która Cię zaprosiła."), "success")
    return see_other(HOME)


@pages.post("/works/guest/leave")
def leave() -> Any:
    entering.leave(entering.inside(_cookie()))
    answer = make_response(render("works_guest/left.html"))
    answer.delete_cookie(_cookie_name(), path="/", secure=_secure(), httponly=True, samesite="Lax")
    return answer


def _saved_note(visit: Visit, folder: str, form: NoteForm) -> Refused | None:
    files = []
    try:
        before = taking.held_before(visit.place, form.held.data)
        files = before + posted("files", most=taking.MOST - len(before), allowed=DOCUMENTS, largest=taking.LARGEST)
        key = (form.form_key.data or "")[:64]
        adding.add_note(visit, folder, form.title.data or "", form.note.data or "", files, key)
    except NotThere:
        raise
    except Refused as refusal:
        work.rollback()
        form.held.data = taking.hold(visit.place, files or taking.held_before(visit.place, form.held.data))
        work.commit()
        return refusal
    return None


def _adder(folder: str) -> Visit:
    visit = entering.inside(_cookie())
    if folder not in adding.folders(visit):
        raise NotThere("")
    return visit


def _add_page(visit: Visit, folder: str, form: Any, refusal: Refused | None = None) -> str:
    if request.method == "GET":
        afterwards.do(lambda: entering.seen(visit))
    template = "works_guest/invoice.html" if folder == "invoices" else "works_guest/note.html"
    return render(
        template,
        folder=folder,
        folder_label=str(FOLDERS[folder][0]),
        visit=visit,
        **invoice_pages.form_values(visit.place, form, refusal),
    )


def _code_page(form: CodeForm) -> str:
    guest = entering.asked(_cookie())
    return render("works_guest/code.html", form=form, masked=rules.masked(guest.email), minutes=_minutes())


def _waiting_for_code(secret: str) -> Response:
    answer = see_other(f"{HOME}/code")
    _set_cookie(answer, secret)
    return answer


def _minutes() -> int:
    return int(rules.CODE_LIFE.total_seconds()) // 60


def _cookie() -> str | None:
    """The cookie's secret. Two cookies of this name mean that a neighbour planted one: neither counts."""
    found = request.cookies.getlist(_cookie_name())
    return found[0] if len(found) == 1 and 20 <= len(found[0]) <= 100 else None


def _set_cookie(response: Response, value: str) -> None:
    """Host-only, for this browser session; what it opens is decided by the row that its digest finds."""
    response.set_cookie(_cookie_name(), value, path="/", secure=_secure(), httponly=True, samesite="Lax")


def _cookie_name() -> str:
    return "__Host-osiedle_guest" if _secure() else "osiedle_guest"


def _secure() -> bool:
    return bool(cast(Osiedle, current_app).settings.secure_cookies)
