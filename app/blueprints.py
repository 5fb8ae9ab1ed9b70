"""The one list of pages: feature × audience. Everything that walks the pages walks this."""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint

from app.web import assets, health
from app.web.application import Osiedle
from app.web.audiences import parents

PAGES: tuple[tuple[str, str], ...] = (
    ("product", "app.home.product"),
    ("public", "app.home.public"),
    ("public", "app.accounts.public"),
    ("signed_in", "app.accounts.signed_in"),
    ("public", "app.outbox.public"),
    ("resident", "app.home.resident"),
    ("resident", "app.finances.resident"),
    ("staff", "app.home.staff"),
    ("staff", "app.home.residents"),
    ("staff", "app.accounts.staff"),
    ("staff", "app.imports.staff"),
    ("staff", "app.mailouts.staff"),
    ("console_public", "app.operators.public"),
    ("operator", "app.operators.operator"),
)


def register(app: Osiedle) -> None:
    """Hang every feature's pages below the parent of their audience."""
    made = parents()
    for audience, module in PAGES:
        pages: Blueprint = import_module(module).pages
        made[audience].register_blueprint(pages)
    for site_parent in ("product", "public", "console_public"):
        health.add_to(made[site_parent])
        assets.add_to(made[site_parent])
    for parent in made.values():
        app.register_blueprint(parent)
