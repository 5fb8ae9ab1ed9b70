"""The one list of pages: feature × audience. Everything that walks the pages walks this."""

from __future__ import annotations

from importlib import import_module

from flask import Blueprint

from app.web import assets, health
from app.web.application import Osiedle
from app.web.audiences import parents
from app.web.csrf import csrf

PAGES: tuple[tuple[str, str], ...] = (
    ("product", "app.onboarding.site.product"),
    ("product", "app.onboarding.trials.public"),
    ("public", "app.home.public"),
    ("public", "app.accounts.public"),
    ("public", "app.office.public"),
    ("public", "app.outbox.public"),
    ("public", "app.contact.public"),
    ("public", "app.guide.public"),
    ("public", "app.documents.public"),
    ("public", "app.announcements.confirming"),
    ("public", "app.calendar.public"),
    ("public", "app.accounts.unlocking"),
    ("public", "app.accounts.confirming"),
    ("public", "app.credentials.public"),
    ("public", "app.registrations.public"),
    ("public", "app.registrations.facts"),
    ("public", "app.finances.verifying"),
    ("public", "app.works.guests.public"),
    ("signed_in", "app.accounts.signed_in"),
    ("signed_in", "app.accounts.accepting"),
    ("signed_in", "app.accounts.welcome"),
    ("signed_in", "app.accounts.naming"),
    ("signed_in", "app.accounts.contacts"),
    ("signed_in", "app.factors.signed_in"),
    ("signed_in", "app.factors.entering"),
    ("signed_in", "app.notifications.signed_in"),
    ("signed_in", "app.personal.signed_in"),
    ("resident", "app.home.resident"),
    ("resident", "app.finances.resident"),
    ("resident", "app.finances.proof"),
    ("resident", "app.finances.changes"),
    ("resident", "app.finances.turnover"),
    ("resident", "app.finances.charts"),
    ("resident", "app.finances.slips.resident"),
    ("resident", "app.finances.interest.resident"),
    ("staff", "app.finances.interest.staff"),
    ("resident", "app.calendar.resident"),
    ("resident", "app.announcements.resident"),
    ("resident", "app.home.me"),
    ("resident", "app.home.correcting"),
    ("resident", "app.home.allowances"),
    ("resident", "app.meters.resident"),
    ("resident", "app.meters.readings"),
    ("resident", "app.documents.resident"),
    ("resident", "app.messages.resident"),
    ("resident", "app.accounts.resigning"),
    ("resident", "app.accounts.watched"),
    ("staff", "app.home.staff"),
    ("staff", "app.home.residents"),
    ("staff", "app.books.staff"),
    ("staff", "app.accounts.staff"),
    ("staff", "app.imports.staff"),
    ("staff", "app.statements.staff"),
    ("staff", "app.imports.profiles.staff"),
    ("staff", "app.imports.profiles.columns_page"),
    ("staff", "app.mailouts.staff"),
    ("staff", "app.mailouts.editing"),
    ("staff", "app.deliveries.staff"),
    ("staff", "app.announcements.staff"),
    ("staff", "app.audience.staff"),
    ("staff", "app.audience.configuration"),
    ("staff", "app.mailouts.configuration"),
    ("staff", "app.office.staff"),
    ("staff", "app.accounts.configuration"),
    ("staff", "app.accounts.panel"),
    ("staff", "app.accounts.watching"),
    ("staff", "app.audit.staff"),
    ("staff", "app.guard.staff"),
    ("staff", "app.contact.staff"),
    ("staff", "app.credentials.staff"),
    ("staff", "app.factors.staff"),
    ("staff", "app.team.staff"),
    ("staff", "app.notifications.staff"),
    ("staff", "app.messages.staff"),
    ("staff", "app.meters.staff"),
    ("staff", "app.meters.deciding_staff"),
    ("staff", "app.meters.batches_staff"),
    ("staff", "app.meters.expiring"),
    ("staff", "app.documents.staff"),
    ("staff", "app.documents.batches_staff"),
    ("staff", "app.documents.folders_staff"),
    ("staff", "app.accounts.resignations"),
    ("staff", "app.accounts.holders"),
    ("staff", "app.registrations.staff"),
    ("staff", "app.personal.staff"),
    ("staff", "app.api.staff"),
    ("staff", "app.imports.due_staff"),
    ("resident", "app.settlements.informing"),
    ("resident", "app.settlements.resident"),
    ("staff", "app.settlements.staff"),
    ("staff", "app.settlements.filling_staff"),
    ("staff", "app.works.staff"),
    ("resident", "app.works.showing.resident"),
    ("works", "app.works.showing.editing"),
    ("works", "app.works.zone"),
    ("works", "app.works.filing.pages"),
    ("works", "app.works.filing.changing_pages"),
    ("works", "app.works.filing.series_pages"),
    ("works", "app.works.filing.upload_pages"),
    ("works", "app.works.guests.pages"),
    ("works", "app.works.invoices.pages"),
    ("works", "app.works.protocols.pages"),
    ("works", "app.works.data_page"),
    ("works", "app.works.settings_page"),
    ("works", "app.works.post.pages"),
    ("works", "app.works.post.writing"),
    ("works", "app.works.post.book"),
    ("api", "app.imports.api"),
    ("api", "app.estate.api"),
    ("api", "app.finances.api"),
    ("api", "app.documents.api"),
    ("api", "app.announcements.api"),
    ("api", "app.deliveries.api"),
    ("api", "app.api.description"),
    ("console_public", "app.operators.public"),
    ("console_public", "app.stripe_events.webhook"),
    ("operator", "app.operators.operator"),
    ("operator", "app.operators.rates"),
    ("operator", "app.operators.log"),
    ("operator", "app.operators.factors"),
    ("operator", "app.operators.devices"),
)


def register(app: Osiedle) -> None:
    """Hang every feature's pages below the parent of their audience."""
    made = parents()
    for audience, module in PAGES:
        pages: Blueprint = import_module(module).pages
        if audience == "api":  # no cookie counts there, so there is nothing that a foreign page could misuse
            csrf.exempt(pages)
        made[audience].register_blueprint(pages)
    for site_parent in ("product", "public", "console_public"):
        health.add_to(made[site_parent])
        assets.add_to(made[site_parent])
    for parent in made.values():
        app.register_blueprint(parent)
