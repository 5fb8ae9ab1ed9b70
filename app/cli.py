"""The command line of the product: every feature's group, found by name."""

from __future__ import annotations

from importlib import import_module

from app.web.application import Osiedle

GROUPS = (
    "app.operators.cli",
    "app.billing.cli",
    "app.onboarding.cli",
    "app.accounts.cli",
    "app.factors.cli",
    "app.audit.cli",
    "app.api.cli",
    "app.imports.cli",
    "app.deliveries.cli",
    "app.mailouts.cli",
    "app.mailroom.cli",
    "app.guide.cli",
    "app.demo.cli",
)


def register(app: Osiedle) -> None:
    """Add each module's `groups` to the `flask` command."""
    for module in GROUPS:
        for group in import_module(module).groups:
            app.cli.add_command(group)
