"""Only our own pages may post: sibling subdomains are other managers, and to SameSite they are one site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browsing import Browser
from tests.town import Town, token

OWN = "http://alfa.osiedle.test"


def posted(client: Callable[[str], Browser], headers: dict[str, str]) -> int:
    """The status of a login attempt with a right token and these headers; 422 is the form's own answer."""
    browser = client("alfa")
    page = browser.get("/login").get_data(as_text=True)
    data = {"login": "nikt-taki", "password": "cokolwiek-innego", "csrf_token": token(page)}
    return int(browser.post("/login", data=data, headers=headers).status_code)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": OWN},
        {"Origin": OWN, "Sec-Fetch-Site": "same-origin"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_our_own_pages_may_post(town: Town, client: Callable[[str], Browser], headers: dict[str, str]) -> None:
    assert posted(client, headers) == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://beta.osiedle.test"},
        {"Origin": "http://osiedle.test"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": OWN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://alfa.osiedle.test.evil.example"},
    ],
)
def test_nobody_else_may(town: Town, client: Callable[[str], Browser], headers: dict[str, str]) -> None:
    assert posted(client, headers) == 403


@pytest.mark.parametrize("value", [None, "", "x", "IjEyMyI.abc.def"])
def test_a_missing_or_wrong_token_is_refused(town: Town, client: Callable[[str], Browser], value: str | None) -> None:
    browser = client("alfa")
    browser.get("/login")
    data: dict[str, Any] = {"login": "P1", "password": "x" * 12} | ({} if value is None else {"csrf_token": value})
    answer = browser.post("/login", data=data)
    assert answer.status_code == 400
    assert "osiedle=" not in answer.headers.get("Set-Cookie", "")


def test_a_token_of_one_manager_is_nothing_at_the_other(town: Town, client: Callable[[str], Browser]) -> None:
    alfa = client("alfa")
    page = alfa.get("/login").get_data(as_text=True)
    stolen = alfa.cookie_header()
    answer = client("beta").post(
        "/login",
        data={"login": "P1", "password": "x" * 12, "csrf_token": token(page)},
        headers={"Cookie": stolen},
    )
    assert answer.status_code == 400
