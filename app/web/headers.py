"""Headers of every answer: nothing is stored, nothing foreign is loaded, nobody frames us."""

from __future__ import annotations

from flask import Response, g

from app.web.application import Osiedle

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def leading_to(response: Response, origins: str) -> Response:
    """Let the forms of this page lead on to these origins as well, separated by spaces: browsers hold the redirect that
    answers a form to `form-action` too."""
    response.headers["Content-Security-Policy"] = POLICY.replace("form-action 'self'", f"form-action 'self' {origins}")
    return response


def init_app(app: Osiedle) -> None:
    always = HEADERS | {"Cache-Control": "no-store"}
    if app.settings.https:
        always["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    @app.after_request
    def add(response: Response) -> Response:
        given = {name.lower() for name, _value in response.headers}
        response.headers.extend([(name, value) for name, value in always.items() if name.lower() not in given])
        if "request_id" in g:  # a proxy writes it down, so that both logs tell of one request
            response.headers.setdefault("X-Request-Id", g.request_id)
        return response
