"""The life of a request: limits, site, tenant bound, language; and the end of it all."""

from __future__ import annotations

from contextlib import ExitStack
from typing import cast

import structlog
from flask import Response, abort, current_app, g, request

from app.core import audit, language
from app.core.public_ids import new_public_id
from app.web import afterwards, bearer, sessions
from app.web.application import Osiedle, SiteRequest
from app.web.pages import languages_offered
from app.web.visitor import address, maybe_actor
from tenants.context import Mode, bind
from tenants.http import TENANT, RegistryAway, UnknownHost, checked

SMALL_FORM = 2 * 1024 * 1024
READS = ("GET", "HEAD", "OPTIONS")
LANGUAGE_COOKIE = "osiedle_lang"
log = structlog.get_logger("osiedle.web")


def init_app(app: Osiedle) -> None:
    app.before_request(_begin)
    app.before_request(_ask_programs_first)
    app.before_request(_admit_large_body)
    app.before_request(_same_origin)
    app.before_request(_refuse_nul)
    app.after_request(_remember_language)
    app.after_request(bearer.tell)
    app.teardown_request(_end)


def _begin() -> None:
    g.request_id = new_public_id()
    audit.comes_from(address())
    site = cast(SiteRequest, request).site
    if isinstance(request.routing_exception, RegistryAway):
        raise request.routing_exception
    if site is None:
        raise UnknownHost()
    view = current_app.view_functions.get(request.endpoint or "")
    request.max_content_length = SMALL_FORM
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=g.request_id)
    language.choose(_wanted_language())
    if site.kind == TENANT and not getattr(view, "without_tenant", False):
        assert site.tenant is not None
        structlog.contextvars.bind_contextvars(tenant=site.tenant.slug, tenant_id=site.tenant.id)
        stack = ExitStack()
        reading = Mode.HOT if getattr(view, "hot", False) else Mode.SNAPSHOT
        stack.enter_context(bind(checked(site.tenant), reading if request.method in READS else Mode.PAGE))
        g.binding = stack
    if bearer.is_api():
        return
    if "lang" not in request.args and LANGUAGE_COOKIE not in request.cookies:
        who = maybe_actor()
        if who is not None and who.locale:
            language.choose(who.locale)
    if language.language() != language.DEFAULT and language.language() not in languages_offered():
        language.choose(language.DEFAULT)


def _ask_programs_first() -> None:
    """A program without a token that counts sends nothing here: its body is not read."""
    if bearer.is_api() and (request.endpoint or "").startswith("api."):
        bearer.guard()


def _wanted_language() -> str:
    if bearer.is_api():
        return request.accept_languages.best_match(language.LANGUAGES) or language.DEFAULT
    return request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE) or language.DEFAULT


def _admit_large_body() -> None:
    """Take files only from who may use the view: a body is read, and fills the disk, before the guard is asked."""
    view = current_app.view_functions.get(request.endpoint or "")
    largest = getattr(view, "max_content_length", SMALL_FORM)
    admits = getattr(view, "admits_upload", None)
    if admits is not None:
        request.max_content_length = largest if admits() else SMALL_FORM
        return
    who = maybe_actor() if largest > SMALL_FORM else None
    if who is None or who.waits_for is not None or who.must_change_password:
        return
    if getattr(view, "needs", None) in (None, *who.can):
        request.max_content_length = largest


def _same_origin() -> None:
    """Sibling subdomains are other managers, and to SameSite they are the same site: only our own host may post."""
    if bearer.is_api():
        return
    if request.method in READS or getattr(current_app.view_functions.get(request.endpoint or ""), "open_to_all", False):
        return
    origin, fetched = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if fetched not in (None, "same-origin", "none"):
        abort(403)
    hidden = origin == "null" and fetched == "same-origin"  # a page that sends no referrer hides its origin as well
    if origin is not None and not hidden and origin.partition("://")[2].lower() != request.host.lower():
        abort(403)


def _refuse_nul() -> None:
    """PostgreSQL's text holds no NUL and nobody types one; refused here, no feature has to think of it."""
    if "\0" in request.path:
        abort(404)
    pairs, names = [*request.args.items(multi=True)], []
    if request.content_type:  # without one there is no form
        pairs += request.form.items(multi=True)
        names = [(name, file.filename) for name, file in request.files.items(multi=True)]
    if any("\0" in (text or "") for pair in pairs + names for text in pair):  # a part may have no name
        abort(400)


def _remember_language(response: Response) -> Response:
    chosen = request.args.get("lang")
    if chosen in language.LANGUAGES and request.method == "GET" and not bearer.is_api():
        g.chosen_language = chosen
        set_language(response, chosen)
    return response


def set_language(response: Response, code: str) -> Response:
    """Let this browser be spoken to in a language, whoever looks at it."""
    secure = cast(Osiedle, current_app).settings.secure_cookies
    response.set_cookie(LANGUAGE_COOKIE, code, max_age=365 * 86400, secure=secure, httponly=True, samesite="Lax")
    return response


def _end(error: BaseException | None = None) -> None:
    audit.comes_from(None)
    stack: ExitStack | None = g.pop("binding", None)
    try:
        if error is None:
            sessions.touch()
            bearer.touch()
            afterwards.done()
    except Exception:
        log.warning("session was not marked as seen", exc_info=True)
    finally:
        if stack is not None:
            stack.close()
