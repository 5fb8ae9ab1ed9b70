"""In which browsers somebody is logged in, and ending that."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.rules import device_name
from tests.features.accounts.conftest import PASSWORD, Browser
from tests.features.factors.conftest import is_in

PAGE = "/settings/devices"
END = re.compile(r'action="(/settings/devices/[\w=-]+/end)"')
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"


def test_devices_have_names_and_this_one_is_marked(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    other = browser()
    other.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    other.log_in("anna")
    here = browser("anna")
    page = here.get(PAGE).text
    assert page.count(">to urządzenie<") == 1
    assert "Firefox, Linux" in page
    assert len(END.findall(page)) == 1
    assert "127.0.0.1" in page


def test_one_device_or_all_others_can_be_ended(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    others, here = [browser("anna") for _ in range(3)], browser("anna")
    ends = END.findall(here.get(PAGE).text)
    assert len(ends) == 3
    assert here.post(ends[0], {}, PAGE).status_code == 303
    assert sum(is_in(other) for other in others) == 2
    assert here.post(f"{PAGE}/end-others", {}, PAGE).status_code == 303
    assert not any(is_in(other) for other in others)
    assert is_in(here)


def test_nobody_ends_somebody_elses(opened: Any, browser: Callable[..., Browser], new_tenant: Any) -> None:
    opened("anna")
    opened("bogdan")
    browser("anna")
    hers = browser("anna")
    ends = END.findall(hers.get(PAGE).text)
    there = new_tenant()
    opened("anna", at=there)
    for stranger in (browser("bogdan"), browser("anna", there)):
        assert stranger.post(ends[0], {}, PAGE).status_code == 404
        assert stranger.post(f"{PAGE}/nothing/end", {}, PAGE).status_code == 404
        stranger.post(f"{PAGE}/end-others", {}, PAGE)
    assert is_in(hers)
    assert len(END.findall(hers.get(PAGE).text)) == 1


def test_failed_attempts_are_shown_to_the_owner(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    browser().log_in("anna", "nie to hasło")
    page = browser("anna").get(PAGE).text
    assert "błędne hasło" in page and "zalogowano" in page
    assert PASSWORD not in page


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome, Android"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.0 Safari/605.1.15", "Safari, macOS"),
        ("curl/8.0", "Nieznane urządzenie"),
        ("", "Nieznane urządzenie"),
        (None, "Nieznane urządzenie"),
        ("<script>", "Nieznane urządzenie"),
    ],
)
def test_a_browsers_name_of_itself_in_plain_words(agent: str | None, name: str) -> None:
    assert device_name(agent) == name
