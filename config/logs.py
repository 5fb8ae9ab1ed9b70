"""Logs: one line an event, in colour for a person or as JSON for a machine, with tenant and request in it."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

from config import reporting

_SECRET_KEYS = frozenset({"password", "token", "secret", "authorization", "cookie"})


def configure(log_format: str, level: int = logging.INFO) -> None:
    """Send the product's and the libraries' logs to stderr in the chosen format."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secrets,
        reporting.noticed,
        structlog.processors.format_exc_info,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for library in ("rq", "alembic", "sqlalchemy.pool", "tenants.pooling"):
        logging.getLogger(library).setLevel(logging.WARNING)


def _hide_secrets(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    for key in event:
        if key.lower() in _SECRET_KEYS:
            event[key] = "…"
    return event
