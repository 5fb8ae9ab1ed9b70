"""S2: one-off access of an outside person to one document, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import Product
from tests.journeys.looking import shown
from tests.journeys.works_site import come_in, ground, inside, invite

__all__ = ["ground", "inside"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_s2_06_an_outside_person_reads_the_one_document_by_ordinary_mail_and_nothing_else(
    inside: Callable[..., Any], visit: Callable[..., Any], product: Product, ground: dict[str, str]
) -> None:
    marek = inside("kier2", f"/guests/new?document={ground['document']}")
    link = invite(marek, product, "rzeczoznawca@poza.example")
    guest = visit(ground["slug"], path="/login", java_script_enabled=False)
    come_in(guest, product, link, "rzeczoznawca@poza.example")
    assert "Raport tygodniowy 12" in shown(guest) and "Ławy zalane." in shown(guest)
    for path in ("", "/files", "/mail", f"/files/{ground['document']}", f"/files/{ground['other']}", "/guests"):
        guest.goto(product.site(ground["slug"], ground["url"] + path))
        assert "/login" in guest.url, "everywhere else a guest is a stranger"
        assert "Raport" not in guest.locator("body").inner_text()


def test_s2_07_the_access_ends_after_use_or_when_taken_back_and_every_step_is_in_the_log(
    inside: Callable[..., Any], visit: Callable[..., Any], product: Product, ground: dict[str, str]
) -> None:
    marek = inside("kier2", f"/guests/new?document={ground['document']}")
    link = invite(marek, product, "gosc7@poza.example")
    guest, forwarded = (visit(ground["slug"], path="/login") for _ in range(2))
    come_in(guest, product, link, "gosc7@poza.example")
    forwarded.goto(link)
    assert "To zaproszenie nie działa" in shown(forwarded), "used once, it is over"
    guest.get_by_role("button", name="Zakończ").click()
    guest.get_by_role("heading", name="Do widzenia").wait_for()
    guest.goto(product.site(ground["slug"], "/works/guest"))
    assert "To zaproszenie nie działa" in shown(guest)
    marek.reload()
    for step in ("zaproszono gościa", "wysłano gościowi kod", "gość wszedł", "gość przeczytał", "gość wyszedł"):
        assert step in shown(marek)

    again = inside("kier2", f"/guests/new?document={ground['document']}")
    second = invite(again, product, "gosc8@poza.example", uses="until")
    come_in(guest, product, second, "gosc8@poza.example")
    assert "Raport tygodniowy 12" in shown(guest)
    again.get_by_role("button", name="Odwołaj zaproszenie").click()
    again.wait_for_load_state()
    guest.reload()
    assert "To zaproszenie nie działa" in shown(guest), "taken back, at the next click"
    forwarded.goto(second)
    assert "To zaproszenie nie działa" in shown(forwarded)
