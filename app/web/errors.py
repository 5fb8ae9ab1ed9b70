"""Error pages: a sentence, a number to quote, and nothing of the inside.

They render also when the database is dead; if even that fails, a plain text is sent.
"""

from __future__ import annotations

import uuid
from typing import Any

import structlog
from flask import Response, g, make_response, request
from flask_wtf.csrf import CSRFError
from jinja2 import TemplateNotFound
from redis.exceptions import RedisError
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.core.errors import Refused
from app.core.language import gettext as _
from app.web import bearer
from app.web.application import Osiedle
from app.web.pages import render
from app.web.problems import problem
from tenants.db import db
from tenants.http import Suspended, UnknownHost, Upgrading

DRAIN_LIMIT = 400 * 1024 * 1024
SECRET_FIELDS = ("password", "csrf_token", "repeat", "current", "token", "code")
log = structlog.get_logger("osiedle.web")


def init_app(app: Osiedle) -> None:
    app.register_error_handler(UnknownHost, lambda error: _page("unknown_host", 404, error, quiet=True))
    app.register_error_handler(
        Suspended,
        lambda error: _page(
            "suspended", 503, error, quiet=True, office={"short_name": error.tenant.name, **error.tenant.contact}
        ),
    )
    app.register_error_handler(Upgrading, lambda error: _page("upgrading", 503, error, quiet=True, tenant=error.tenant))
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(
        Refused, lambda error: _page(str(error.status), error.status, error, message=error.message)
    )
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(PoolTimeout, _unavailable)
    app.register_error_handler(RedisError, _unavailable)
    app.register_error_handler(Exception, _crash)


def _http(error: HTTPException) -> Response:
    if error.response is not None:
        return make_response(error.response)
    if isinstance(error, RequestEntityTooLarge):
        _drain()
    if (error.code or 500) >= 500:
        g.failing = True
    return _page(str(error.code), error.code or 500, error)


def _drain() -> None:
    """Read away what is still being sent, so that the browser stops to listen and sees the answer."""
    left = min(request.content_length or 0, DRAIN_LIMIT)
    stream = request.environ["wsgi.input"]
    while left > 0:
        block = stream.read(min(left, 1 << 20))
        if not block:
            break
        left -= len(block)


def _form_expired(error: CSRFError) -> Response:
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not any(secret in name for secret in SECRET_FIELDS)
    ]
    return _page("csrf", 400, error, fields=fields, action=request.full_path.rstrip("?"))


def _unavailable(error: Exception) -> Response:
    log.error("a server that we need does not answer", error=str(error).splitlines()[0])
    g.failing = True
    response = _page("503", 503, error)
    response.headers["Retry-After"] = "10"
    return response


def _crash(error: Exception) -> Response:
    log.exception("request failed", path=request.path)
    g.failing = True
    return _page("500", 500, error)


def _page(name: str, status: int, error: Exception, *, quiet: bool = False, **context: Any) -> Response:
    """An error page. `quiet` pages know neither visitor nor manager."""
    if "request_id" not in g:
        g.request_id = uuid.uuid4().hex
    response = _problem(status, error) if bearer.is_api() else make_response(_rendered(name, status, quiet, context))
    response.status_code = status
    response.headers.setdefault("X-Request-Id", g.request_id)
    for header, value in getattr(error, "get_headers", lambda *_: [])():
        if header.lower() not in ("content-type", "content-length"):
            response.headers[header] = value
    retry = getattr(error, "retry_after", None)
    if retry:
        response.headers["Retry-After"] = str(retry)
    return response


def _rendered(name: str, status: int, quiet: bool, context: dict[str, Any]) -> str:
    if quiet:
        g.failing = True
    try:
        if not g.get("failing"):
            db.session.rollback()
        try:
            return render(f"web/errors/{name}.html", **context)
        except TemplateNotFound:
            return render(f"web/errors/{'500' if status >= 500 else '400'}.html", **context)
    except Exception:
        log.exception("error page failed")
        return f"<!doctype html><title>{status}</title><p>{_('Coś poszło nie tak. Spróbuj za chwilę.')}</p>"


def _problem(status: int, error: Exception) -> Response:
    """The same for programs, with the sentence if it is ours, and the field if one is at fault."""
    if not g.get("failing") and "binding" in g:
        db.session.rollback()
    if request.method == "POST":
        _drain()
    if isinstance(error, Refused):
        wrong = [{"field": error.field, "message": error.message}] if error.field else None
        return problem(status, error.message, **({"errors": wrong} if wrong else {}))
    if isinstance(error, Suspended):
        return problem(status, _("Portal tego zarządcy jest wstrzymany. Spróbuj później."))
    said = getattr(error, "description", None)
    return problem(status, said if said != getattr(type(error), "description", None) else None)
