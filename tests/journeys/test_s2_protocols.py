"""S2: several people work on one acceptance protocol at the same time, each in a browser of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.looking import paper, shown, until
from tests.journeys.works_site import PASSWORD, ground, inside, submit

__all__ = ["ground", "inside"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def test_s2_20_two_people_write_one_protocol_without_overwriting_each_other_and_both_sign(
    inside: Callable[..., Any],
) -> None:
    marek = inside("kier2", "/files/protocols/new")
    submit(marek)
    address = "/files/protocols/" + marek.url.rsplit("/", 1)[1]
    assert "Protokół odbioru stanu 0" in shown(marek)
    marek.get_by_role("link", name="Pisz w tym rozdziale – Przedmiot odbioru").click()
    marek.wait_for_load_state()
    olga = inside("wlasc2", address)
    olga.get_by_role("link", name="Pisz w tym rozdziale – Przedmiot odbioru").click()
    olga.wait_for_load_state()
    until(olga, lambda: "Marek Kierownik" in shown(olga))

    marek.locator("main [name=body]").fill("Ławy wykonano.\nIzolacja pozioma.")
    submit(marek)
    olga.locator("main [name=body]").fill("Ławy wykonano.\nBrak odwodnienia.")
    submit(olga)
    assert "Nic nie przepadło" in shown(olga)
    assert olga.locator("main [name=body]").input_value() == "Ławy wykonano.\nIzolacja pozioma.\nBrak odwodnienia."
    submit(olga)
    assert "Izolacja pozioma." in shown(olga) and "Brak odwodnienia." in shown(olga)

    marek.reload()
    marek.get_by_role("button", name="Zamknij treść i przekaż do podpisu").click()
    marek.wait_for_load_state()
    olga.reload()
    for page in (olga, marek):
        page.reload()
        page.locator("main [name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Podpisuję").click()
        page.wait_for_load_state()
        assert "Dziękujemy" in shown(page)
    assert "podpisany przez wszystkich" in shown(marek)
    words = paper(marek, marek.url.split("#")[0] + "/pdf")
    assert "Brak odwodnienia." in words and "Olga Inwestor" in words and "SHA-256" in words
