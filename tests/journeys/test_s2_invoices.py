"""S2: invoices are saved by members and by guests with one-off access."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import Product
from tests.journeys.looking import shown
from tests.journeys.test_s0 import fill
from tests.journeys.works_site import PDF, come_in, ground, inside, invite, submit

__all__ = ["ground", "inside"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_s2_21_invoices_are_saved_by_the_owner_by_members_and_by_one_off_guests(
    inside: Callable[..., Any], visit: Callable[..., Any], product: Product, ground: dict[str, str]
) -> None:
    marek = inside("kier2", "/files/invoices/new")
    fill(marek, seller="Betoniarnia", number="FV/1", issued_on="2026-11-02", gross="1230,00")
    submit(marek)
    assert "Faktura FV/1, Betoniarnia" in shown(marek)

    marek.goto(product.site(ground["slug"], f"{ground['url']}/guests/new?folder=invoices"))
    link = invite(marek, product, "hurtownia@poza.example")
    guest = visit(ground["slug"], path="/login", java_script_enabled=False)
    come_in(guest, product, link, "hurtownia@poza.example")
    guest.get_by_role("link", name="Dodaj fakturę").click()
    fill(guest, seller="Hurtownia Łąka", number="H/7", issued_on="2026-11-03", net="100", vat="23", gross="130")
    guest.locator("main [name=files]").set_input_files({**PDF, "buffer": b"MZ\x90\x00 program"})
    submit(guest)
    assert "nie przyjmujemy" in shown(guest), "a program that calls itself an invoice"
    assert guest.locator("main [name=seller]").input_value() == "Hurtownia Łąka", "nothing of the form is lost"
    guest.locator("main [name=files]").set_input_files(PDF)
    submit(guest)
    assert "Czy tak jest na dokumencie" in shown(guest)
    guest.locator("main [name=confirm]").check()
    submit(guest)
    assert "Faktura H/7, Hurtownia Łąka" in shown(guest)

    owner = inside("wlasc2", "/files/invoices")
    assert "Faktura FV/1, Betoniarnia" in shown(owner) and "Faktura H/7, Hurtownia Łąka" in shown(owner)
    owner.get_by_role("link", name="Faktura H/7, Hurtownia Łąka").click()
    assert "faktura.pdf" in shown(owner), "the file came through the question"
    owner.get_by_role("button", name="Zaakceptuj").click()
    owner.wait_for_load_state()
    assert "zaakceptowana" in shown(owner)
