"""Errors to Sentry, where SENTRY_DSN names one: where the code broke, and nothing of whom it broke for.

What may leave is written out below; everything else is dropped. Values of variables, bodies, cookies, addresses of
visitors and texts of exceptions stay here, because any of them may be a resident's name or a secret; the log, which
stays with the operator, has them under the same request number. A manager is told by its number only.
"""

from __future__ import annotations

import sys
from typing import Any

import structlog

_TAGS = ("request", "job", "tenant_id")
_WORTH_TELLING = ("error", "exception", "critical")
_FRAME = ("filename", "abs_path", "function", "module", "lineno", "in_app")
_CONTEXTS = ("runtime", "os")
_started: list[Any] = []  # the library, once a DSN asks for it: 20 MB that others never need


def start(dsn: str | None, environment: str, release: str | None = None, **options: Any) -> None:
    """Report errors of this process; nothing at all without a DSN. Safe before a fork."""
    if not dsn:
        return
    import sentry_sdk

    _started[:] = [sentry_sdk]
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=release,
        send_default_pii=False,
        include_local_variables=False,
        include_source_context=False,
        max_breadcrumbs=0,
        max_request_body_size="never",
        server_name="osiedle",
        default_integrations=False,
        auto_enabling_integrations=False,
        before_send=scrubbed,
        before_send_transaction=lambda _event, _hint: None,
        auto_session_tracking=False,
        traces_sample_rate=None,
        send_client_reports=False,
        **options,
    )


def noticed(_logger: Any, method: str, event: dict[str, Any]) -> dict[str, Any]:
    """A processor of the log: what is an error there is reported. The line itself goes on as it is."""
    if method not in _WORTH_TELLING or not _started or not _started[0].is_initialized():
        return event
    sentry_sdk = _started[0]
    told = event.get("exc_info")
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        sentry_sdk.capture_exception(error)
    elif "_record" in event:  # a library's sentence, with values in it
        sentry_sdk.capture_message(f"error in {event['_record'].name}", level="error")
    else:  # our own sentences are constants; what differs stands beside them
        sentry_sdk.capture_message(str(event.get("event")), level="error")
    if "job" in structlog.contextvars.get_contextvars():
        sentry_sdk.flush(timeout=3)  # a worker's process ends with its job, and at once
    return event


def scrubbed(event: Any, _hint: Any) -> Any:
    """The event with what may leave, and nothing besides."""
    known = structlog.contextvars.get_contextvars()
    kept = {
        name: event[name]
        for name in ("event_id", "timestamp", "platform", "level", "environment", "release", "logger", "sdk")
        if name in event
    }
    kept["contexts"] = {name: value for name, value in (event.get("contexts") or {}).items() if name in _CONTEXTS}
    kept["tags"] = {name: str(known[name]) for name in _TAGS if name in known}
    values = ((event.get("exception") or {}).get("values")) or []
    kept["exception"] = {"values": [_exception(value) for value in values]}
    if "message" in event:
        kept["message"] = str(event["message"])[:200]
    return kept


def _exception(value: dict[str, Any]) -> dict[str, Any]:
    frames = ((value.get("stacktrace") or {}).get("frames")) or []
    return {
        "type": value.get("type"),
        "module": value.get("module"),
        "value": "",
        "mechanism": {"type": "generic", "handled": True},
        "stacktrace": {"frames": [{name: frame[name] for name in _FRAME if name in frame} for frame in frames]},
    }
