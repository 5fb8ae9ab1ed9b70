"""The pages of Kontakt, of the guard and of notifications are whole: labels, one heading, nothing inline."""

from __future__ import annotations

from typing import Any

from app.core.actor import system
from tests.pages import inspect

HOME = "/admin/configuration/contact"


def test_every_page_is_whole_empty_and_full_and_with_mistakes(
    house: Any, boss: Any, add: Any, enter: Any, client: Any
) -> None:
    from app.guard.checking import look
    from app.guard.commands import Consent, decide

    house.resident("P1", "lucja@example.org")
    mine = enter("P1")
    for page in ("/contact", "/settings/notifications", "/settings/notifications?edit=1"):
        inspect(mine.get(page))
    for page in (
        HOME,
        f"{HOME}/hours",
        f"{HOME}/new?kind=emergency",
        "/admin/guard",
        "/admin/configuration/notifications",
    ):
        inspect(boss.get(page))
    inspect(boss.post(f"{HOME}/hours", {"day1": "kiedyś"}))
    inspect(boss.post(f"{HOME}/new?kind=person", {"name": "", "email": "x"}))
    long = "Bardzo-długa-nazwa" * 6
    for kind in ("emergency", "person", "place"):
        for _each in range(2):
            entry = add(kind, long, ["B1"], phone="800 100 201", email="a@example.org", open_to_all=False)
    house.do(lambda: decide(
        system("tests"), "announcement:x", found := look(system("tests"), {"Treść": "tel. 601 234 567"}),
        Consent(frozenset(one.mark for one in found), True, "Zgoda"),
    ))  # fmt: skip
    for page in (HOME, f"{HOME}/{entry}", "/admin/guard"):
        inspect(boss.get(page))
    for visitor in (mine, client(house.tenant.slug)):
        inspect(visitor.get("/contact"))
    inspect(mine.get("/contact?all=1"))
