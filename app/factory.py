"""Joins the features into one application."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from werkzeug.middleware.proxy_fix import ProxyFix

from app import blueprints, cli
from app.core import runtime
from app.office import portal
from app.office import queries as office
from app.web import errors, headers, pages, requests, sessions
from app.web.application import Osiedle
from app.web.csrf import csrf
from config import logs, reporting
from config.settings import Settings, libpq_url
from tenants import db as tenant_db
from tenants.db import PLATFORM, db
from tenants.http import TENANT
from tenants.registry import Registry


def create_app(settings: Settings, *, pool_size: int = 8) -> Osiedle:
    """The application for these settings; connects to nothing yet."""
    logs.configure(settings.log_format)
    reporting.start(settings.sentry_dsn, settings.env)
    runtime.install(settings)
    app = Osiedle(settings)
    app.config.update(
        SECRET_KEY=settings.derived_key("forms").hex(),
        SESSION_COOKIE_NAME="__Host-osiedle_form" if settings.secure_cookies else "osiedle_form",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=4 * 3600,
        WTF_CSRF_SSL_STRICT=False,
    )
    tenant_db.init_app(
        app,
        tenant_url=settings.app_database_url,
        platform_url=settings.platform_database_url,
        pool_size=pool_size,
        prepare=settings.prepare_statements,
    )
    with app.app_context():
        engine = db.engines[PLATFORM]
    app.registry = Registry(engine, libpq_url(settings.platform_database_url), settings.base_domain)
    app.extensions["tenants"] = app.registry
    requests.init_app(app)
    csrf.init_app(app)
    sessions.init_app(app)
    pages.init_app(app)
    headers.init_app(app)
    errors.init_app(app)
    pages.provide(TENANT, lambda: {"office": office.profile(), "announced": portal.announced})
    blueprints.register(app)
    cli.register(app)
    _load_features()
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def _load_features() -> None:
    """Load every feature's `jobs.py`, so that rows of work find their bodies in every process, and its `models.py`,
    so that a new tenant gets all tables."""
    home = Path(__file__).parent
    for file in sorted(file for name in ("models.py", "jobs.py") for file in home.rglob(name)):
        feature = file.parent.relative_to(home).parts
        if feature != ("core",):
            import_module(".".join(("app", *feature, file.stem)))
