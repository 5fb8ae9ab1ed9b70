"""Twenty managers are opened at the same moment, by twenty workers, two of them under one name."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sqlalchemy import text

from app.core.actor import system
from app.core.errors import Conflict
from app.onboarding.commands import open_manager
from tenants.context import bind
from tenants.db import db

NAMES = [f"naraz{number}" for number in range(19)] + ["naraz0"]


def test_each_gets_a_place_of_its_own_and_one_name_is_given_once(app: Any, leaving: Any) -> None:
    together = threading.Barrier(len(NAMES))

    def open_one(slug: str) -> str:
        together.wait(60)
        with app.app_context():
            try:
                open_manager(system("tests"), slug, f"SM {slug}", "cooperative", f"a@{slug}.example")
            except Conflict:
                return "taken"
        return "opened"

    with ThreadPoolExecutor(len(NAMES)) as workers:
        outcomes = list(workers.map(open_one, NAMES))
    assert sorted(outcomes) == ["opened"] * 19 + ["taken"]
    with app.app_context():
        made = [app.registry.by_slug(slug) for slug in NAMES[:19]]
        assert len({tenant.schema for tenant in made}) == 19
        for tenant in made:
            with bind(tenant):
                name, admins, letters = db.session.execute(
                    text(
                        "SELECT (SELECT name FROM office_profile), (SELECT count(*) FROM accounts), "
                        "(SELECT count(*) FROM outbox_items WHERE letter = 'activation')"
                    )
                ).one()
                assert (name, admins, letters) == (f"SM {tenant.slug}", 1, 1)
    leaving.add(made)
