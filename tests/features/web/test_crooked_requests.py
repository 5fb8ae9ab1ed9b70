"""Requests that no browser sends: each gets a plain refusal, quickly, and none a failure of ours."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tenants.db import PLATFORM, db
from tests.browsing import Browser
from tests.town import Town, token

MEGABYTE = 1024 * 1024


def test_no_address_holds_a_nul(app: Any, town: Town, client: Callable[[str], Browser]) -> None:
    visitors = {"ewa": town.log_in(client, "ewa"), "olga": town.log_in(client, "olga")}
    for who, path, status in (
        ("ewa", "/admin/mailouts/a%00b", 404),
        ("ewa", "/admin/residents/%00", 404),
        ("ewa", "/admin/residents?q=a%00b", 400),
        ("ewa", "/admin/residents?a%00b=1", 400),
        ("olga", "/tenants/a%00b", 404),
        ("olga", "/tenants/a%00b/progress", 404),
    ):
        assert visitors[who].get(path).status_code == status, path


def test_no_field_and_no_file_name_holds_a_nul(town: Town, client: Callable[[str], Browser]) -> None:
    browser = town.log_in(client, "ewa")
    form = {"csrf_token": token(browser.get("/settings").get_data(as_text=True))}
    mailout = form | {"action": "count", "audience": "places", "buildings": "a\0b"}
    assert browser.post("/admin/mailouts/new", data=mailout).status_code == 400
    upload = form | {"mode": "snapshot", "file": (BytesIO(b"PK"), "a\0b.zip")}
    assert browser.post("/admin/imports/new", data=upload).status_code == 400


def test_head_answers_as_get(town: Town, client: Callable[[str], Browser]) -> None:
    """Mail scanners and link previews ask so."""
    alfa, staff, console = client("alfa"), town.log_in(client, "ewa"), client("console")
    for browser, path in (
        (alfa, "/login"),
        (alfa, "/password/forgot"),
        (alfa, "/password/reset/nothing"),
        (staff, "/admin/accounts/new"),
        (staff, "/admin/mailouts/new"),
        (staff, "/admin/announcements/new"),
        (staff, "/admin/documents/new"),
        (console, "/login"),
    ):
        assert browser.head(path).status_code == browser.get(path).status_code, path


@pytest.mark.parametrize("body", ["a&" * 900_000, "&" * 1_900_000, "&".join(f"f{n}=1" for n in range(1001))])
def test_a_form_of_very_many_fields_is_refused_unread(town: Town, client: Callable[[str], Browser], body: str) -> None:
    started = time.monotonic()
    answer = client("alfa").post("/login", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert time.monotonic() - started < 1


def test_a_form_of_many_fields_is_read(town: Town, client: Callable[[str], Browser]) -> None:
    browser = client("alfa")
    form = {"csrf_token": token(browser.get("/login").get_data(as_text=True)), "login": "nikt", "password": "x" * 12}
    assert browser.post("/login", data=form | {f"f{n}": "1" for n in range(900)}).status_code == 422


@pytest.mark.parametrize(("who", "status"), [("", 413), ("anna", 413), ("irena", 413), ("ewa", 400)])
def test_only_who_may_import_can_send_a_large_body(
    town: Town, client: Callable[[str], Browser], who: str, status: int
) -> None:
    """Without a token: 413 is the refusal to read, 400 comes after reading."""
    browser = town.log_in(client, who) if who else client("alfa")
    answer = browser.post("/admin/imports/new", data={"file": (BytesIO(b"x" * 3 * MEGABYTE), "a.zip")})
    assert answer.status_code == status


def test_links_of_a_page_lead_to_its_own_host(town: Town, client: Callable[[str], Browser]) -> None:
    """Browsers read `/\\` as `//`."""
    for path in ("/%5Cevil.example/a", "/%2Fevil.example/a", "/a%3Fb%23c"):
        page = client("alfa").get(path).get_data(as_text=True)
        links = re.findall(r'href="([^"]*lang=[^"]*)"', page)
        assert links
        assert not [link for link in links if link.startswith(("//", "/\\")) or "#" in link or link.count("?") > 1]


def test_an_error_of_the_database_tells_no_parameters(context: Any) -> None:
    with pytest.raises(DBAPIError) as caught, db.engines[PLATFORM].connect() as connection:
        connection.execute(text("SELECT CAST(:name AS text) FROM nowhere"), {"name": "KANAREK"})
    assert "KANAREK" not in str(caught.value)
