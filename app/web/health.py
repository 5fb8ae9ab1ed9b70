"""Answers for machines: alive, ready, measured. On every site, without a tenant."""

from __future__ import annotations

from typing import Any

import redis
from flask import Blueprint, Response, abort, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from app.web.metrics import Metrics
from tenants import platform
from tenants.db import PLATFORM, db


def alive() -> Response:
    return jsonify(status="ok")


def ready() -> tuple[Response, int]:
    """200 when database, Redis and the platform's schema are as this code needs them; else 503 with what is not."""
    checks = {"database": _database(), "redis": _redis()}
    fine = all(value == "ok" for value in checks.values())
    return jsonify(status="ok" if fine else "unavailable", **checks), 200 if fine else 503


def metrics() -> Response:
    application: Any = current_app
    if request.remote_addr not in application.settings.metrics_allowed:
        abort(404)
    registry = CollectorRegistry()
    registry.register(Metrics(application.settings.redis_url))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _database() -> str:
    try:
        with db.engines[PLATFORM].connect() as connection:
            return "ok" if platform.revision(connection) == platform.head() else "not migrated"
    except Exception:
        return "does not answer"


def _redis() -> str:
    application: Any = current_app
    try:
        with redis.Redis.from_url(application.settings.redis_url, socket_timeout=2, socket_connect_timeout=2) as client:
            client.ping()
        return "ok"
    except redis.RedisError:
        return "does not answer"


for _view in (alive, ready, metrics):
    _view.without_tenant = True  # type: ignore[attr-defined, union-attr]


def add_to(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/healthz", "alive", alive)
    blueprint.add_url_rule("/readyz", "ready", ready)
    blueprint.add_url_rule("/metrics", "metrics", metrics)
