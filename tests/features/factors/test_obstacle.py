"""The office sees that a second step stands in the way, and after its mend the resident gets in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.features.accounts.conftest import Browser
from tests.features.factors.conftest import enrol, is_in


def test_a_lost_second_step_is_named_and_taken_away(opened: Any, browser: Callable[..., Browser]) -> None:
    anna = opened("anna")
    opened("hanna", "clerk")
    enrol(browser("anna"))
    clerk, page = browser("hanna"), f"/admin/accounts/{anna.account.public_id}"
    assert not is_in(browser("anna"))
    shown = clerk.get(page).text
    assert "wymaga drugiego kroku" in shown and "Nic nie stoi na przeszkodzie" not in shown
    reset = f"{page}/factors/reset"
    assert reset in shown
    assert clerk.post(reset, {"note": "Dowód osobisty okazany w biurze"}, reset).location == page
    assert "wymaga drugiego kroku" not in clerk.get(page).text and is_in(browser("anna"))
