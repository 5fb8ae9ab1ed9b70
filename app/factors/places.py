"""The pages of adding factors and of the second step: the same for residents, staff and operators.

A place says whose factors they are and below which path its pages lie.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, jsonify, make_response, request, session

from app.accounts.rules import TooMany, own_path
from app.core.actor import Actor
from app.core.errors import NotThere, Refused
from app.core.factors import codes
from app.core.language import gettext as _
from app.factors import enrolling, keyring, proving
from app.factors.forms import AnswerForm, CodeForm, ConfirmForm, PasskeyForm, RecoveryForm, TotpForm
from app.factors.keyring import Keyring
from app.web import sessions
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

WANTED = "wanted"


@dataclass(frozen=True, slots=True)
class Place:
    """Where pages of factors lie. `owed` is `enrol` where a session is held until a first factor is added.

    `frame(actor)` names the template around them, `handle(actor)` is the owner's name for authenticators, and
    `home(actor, wanted)` where somebody goes who is through; `back` is the page above, if there is one.
    """

    ring: Keyring
    base: str
    frame: Callable[[Actor], str]
    handle: Callable[[Actor], str]
    home: Callable[[Actor, str | None], str]
    back: str = ""
    owed: str | None = None

    def render(self, template: str, **context: Any) -> str:
        return render(
            f"factors/{template}", frame=self.frame(actor()), base=self.base, back=self.back, owed=self.owed, **context
        )

    def elsewhere(self) -> Any | None:
        """Where somebody belongs whose session does not owe what this place is for."""
        who = actor()
        wanted = own_path(request.args.get("next"))
        if wanted:
            session[WANTED] = wanted
        return see_other(self.home(who, None)) if self.owed is not None and who.waits_for != self.owed else None

    def onward(self) -> str:
        return self.home(actor(), session.pop(WANTED, None))


def add_enrolment(pages: Blueprint, place: Place) -> None:
    """Pages for adding an application or a passkey, below the place's path."""
    base = place.base

    def page() -> Any:
        return place.elsewhere() or _overview(place)

    def confirm() -> Any:
        return place.elsewhere() or _confirm(place)

    def totp() -> Any:
        return place.elsewhere() or _totp_page(place, filled(TotpForm))

    def begin() -> Any:
        return place.elsewhere() or _sure(place, lambda: _begin(place))

    def save_totp() -> Any:
        return place.elsewhere() or _sure(place, lambda: _save_totp(place))

    def picture() -> Any:
        return place.elsewhere() or _picture(place)

    def options() -> Any:
        return place.elsewhere() or _answer_options(
            place, lambda: enrolling.passkey_options(place.ring, actor(), place.handle(actor()))
        )

    def save_passkey() -> Any:
        return place.elsewhere() or _sure(place, lambda: _save_passkey(place))

    pages.add_url_rule(base, "index", page)
    pages.add_url_rule(f"{base}/confirm", "confirm", confirm, methods=["GET", "POST"])
    pages.add_url_rule(f"{base}/totp", "totp", totp)
    pages.add_url_rule(f"{base}/totp/begin", "begin_totp", begin, methods=["POST"])
    pages.add_url_rule(f"{base}/totp", "save_totp", save_totp, methods=["POST"])
    pages.add_url_rule(f"{base}/totp/picture.svg", "picture", picture)
    pages.add_url_rule(f"{base}/passkeys/options", "passkey_options", options, methods=["POST"])
    pages.add_url_rule(f"{base}/passkeys", "save_passkey", save_passkey, methods=["POST"])


def add_keeping(pages: Blueprint, place: Place) -> None:
    """Pages for removing a factor and for new recovery codes."""

    def codes_page() -> Any:
        return _sure(place, lambda: _codes_page(place, enrolling.renew_codes(place.ring, actor())))

    def remove(factor: str) -> Any:
        return _sure(place, lambda: _remove(place, factor))

    pages.add_url_rule(f"{place.base}/codes", "renew_codes", codes_page, methods=["POST"])
    pages.add_url_rule(f"{place.base}/<factor>/remove", "remove", remove, methods=["GET", "POST"])


def add_second_step(pages: Blueprint, place: Place) -> None:
    """The page that asks for the second factor, and the ways to answer."""

    def ask() -> Any:
        return place.elsewhere() or _second_page(place)

    def answer() -> Any:
        return place.elsewhere() or _second_answer(place)

    def options() -> Any:
        return place.elsewhere() or _answer_options(place, lambda: proving.passkey_options(place.ring, actor()))

    def passkey() -> Any:
        return place.elsewhere() or _passkey_answer(place)

    pages.add_url_rule(place.base, "second", ask)
    pages.add_url_rule(place.base, "answer", answer, methods=["POST"])
    pages.add_url_rule(f"{place.base}/passkey/options", "second_options", options, methods=["POST"])
    pages.add_url_rule(f"{place.base}/passkey", "second_passkey", passkey, methods=["POST"])


def _overview(place: Place, form: PasskeyForm | None = None, error: str | None = None) -> str:
    return place.render(
        "enrol.html" if place.owed else "overview.html",
        mine=keyring.overview(place.ring, actor()),
        form=form or PasskeyForm(),
        error=error,
        most_codes=codes.RECOVERY_CODES,
    )


def _confirm(place: Place) -> Any:
    form = filled(ConfirmForm)
    if request.method != "POST":
        return place.render("confirm.html", form=form)
    if not form.validate():
        return place.render("confirm.html", form=form), 422
    try:
        enrolling.prove(place.ring, actor(), form.password.data or "")
    except Refused as refusal:
        if refusal.status == 503:
            raise
        form.password.errors = [refusal.message]
        return _timed(place.render("confirm.html", form=form), refusal)
    return see_other(place.base)


def _sure(place: Place, view: Callable[[], Any]) -> Any:
    """The view, or the question for the password first, or the overview with the sentence of refusal."""
    try:
        return view()
    except enrolling.NotRecent:
        flash(_("Najpierw potwierdź hasłem, że to Ty."), "warning")
        return see_other(f"{place.base}/confirm")
    except NotThere as refusal:
        if not refusal.message:
            raise
        flash(refusal.message, "warning")
        return see_other(place.base)
    except Refused as refusal:
        return _timed(_overview(place, error=refusal.message), refusal)


def _begin(place: Place) -> Any:
    enrolling.begin_totp(place.ring, actor())
    return see_other(f"{place.base}/totp")


def _totp_page(place: Place, form: TotpForm) -> Any:
    begun = keyring.pending(place.ring, actor()) if keyring.recent(place.ring, actor()) else None
    if begun is None:
        return see_other(place.base)
    return place.render("totp.html", form=form, typed_key=begun.typed_key)


def _picture(place: Place) -> Response:
    begun = keyring.pending(place.ring, actor()) if keyring.recent(place.ring, actor()) else None
    if begun is None:
        raise NotThere("")
    return Response(codes.picture(begun.address), mimetype="image/svg+xml")


def _save_totp(place: Place) -> Any:
    form = filled(TotpForm)
    if not form.validate():
        return _status(_totp_page(place, form), 422)
    try:
        made = enrolling.confirm_totp(place.ring, actor(), form.code.data or "", form.name.data or "")
    except (enrolling.NotRecent, NotThere):
        raise
    except Refused as refusal:
        sentence = refuse(form, refusal)
        if sentence:
            form.code.errors = [sentence]
        return _timed(_totp_page(place, form), refusal)
    return _added(place, made, _("Aplikacja została dodana."))


def _save_passkey(place: Place) -> Any:
    form = filled(PasskeyForm)
    if not form.validate():
        sentence = next(str(field.errors[0]) for field in form if field.errors)
        return _overview(place, form, sentence), 422
    made = enrolling.add_passkey(place.ring, actor(), form.answer.data or "", form.name.data or "")
    return _added(place, made, _("Klucz dostępu został dodany."))


def _added(place: Place, made: list[str], sentence: str) -> Any:
    """After a new factor: the recovery codes if there are any, and on; a session that waited for it opens."""
    secret = enrolling.open_session(place.ring, actor(), place.owed) if place.owed else None
    if secret:
        place.ring.passed(actor(), "enrol")
    onward = place.onward() if place.owed else place.base
    if made:
        response = make_response(_codes_page(place, made, sentence, onward))
    else:
        flash(sentence, "success")
        response = make_response(see_other(onward))
    if secret:
        sessions.set_cookie(response, secret)
    return response


def _codes_page(place: Place, made: list[str], sentence: str = "", onward: str = "") -> str:
    return place.render("codes.html", codes=made, sentence=sentence, onward=onward or place.base)


def _remove(place: Place, factor: str) -> Any:
    if request.method == "POST":
        name = enrolling.remove(place.ring, actor(), factor)
        flash(_("Usunięto: %(name)s.", name=name), "success")
        return see_other(place.base)
    mine = keyring.overview(place.ring, actor())
    found = next((one for one in mine.factors if one.public_id == factor), None)
    if found is None:
        raise NotThere("")
    if not mine.recent:
        raise enrolling.NotRecent()
    return place.render("remove.html", factor=found, last=len(mine.factors) == 1)


def _answer_options(place: Place, make: Callable[[], dict[str, Any]]) -> Any:
    """Options for the browser's own question, or a sentence, or where the password is asked for first."""
    try:
        return jsonify(make())
    except enrolling.NotRecent as refusal:
        return jsonify(error=refusal.message, location=f"{place.base}/confirm"), 403
    except Refused as refusal:
        return jsonify(error=refusal.message), refusal.status


def _second_page(
    place: Place, code: CodeForm | None = None, recovery: RecoveryForm | None = None, error: str | None = None
) -> str:
    return place.render(
        "second.html",
        mine=keyring.overview(place.ring, actor()),
        form=code or CodeForm(),
        recovery_form=recovery or RecoveryForm(),
        error=error,
    )


def _second_answer(place: Place) -> Any:
    if "recovery" in request.form:
        spare = filled(RecoveryForm)
        if not spare.validate():
            return _second_page(place, recovery=spare), 422
        return _stepped(
            place,
            lambda: proving.by_recovery_code(place.ring, actor(), spare.recovery.data or ""),
            lambda sentence: _second_page(place, recovery=_at(spare, "recovery", sentence)),
        )
    form = filled(CodeForm)
    if not form.validate():
        return _second_page(place, form), 422
    return _stepped(
        place,
        lambda: proving.by_code(place.ring, actor(), form.code.data or ""),
        lambda sentence: _second_page(place, _at(form, "code", sentence)),
    )


def _passkey_answer(place: Place) -> Any:
    form = filled(AnswerForm)
    if not form.validate():
        return _second_page(place, error=str(form.answer.errors[0])), 422
    return _stepped(
        place,
        lambda: proving.by_passkey(place.ring, actor(), form.answer.data or ""),
        lambda sentence: _second_page(place, error=sentence),
    )


def _stepped(place: Place, step: Callable[[], str], again: Callable[[str], str]) -> Any:
    try:
        secret = step()
    except Refused as refusal:
        return _timed(again(refusal.message), refusal)
    response = make_response(see_other(place.onward()))
    sessions.set_cookie(response, secret)
    return response


def _at(form: Any, field: str, sentence: str) -> Any:
    form[field].errors = [sentence]
    return form


def _status(page: Any, status: int) -> Any:
    response = make_response(page)
    if response.status_code == 200:
        response.status_code = status
    return response


def _timed(page: Any, refusal: Refused) -> Response:
    response: Response = _status(page, refusal.status)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response
