"""The page of the log, and the log as a file."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts import commands
from app.audit.acts import ACTIONS
from app.audit.wording import action_label, value_text
from app.core import audit, work
from app.core.actor import system
from app.core.clock import today
from app.core.spreadsheets import safe
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser

HOME = "/admin/audit"
FORMULA = '=HYPERLINK("http://zly.example";"kliknij")'


@pytest.fixture
def browsers(app: Any, tenant: Tenant) -> Iterator[Callable[[str], Browser]]:
    """A log with known lines; browsers of staff by login."""
    with app.app_context(), bind(tenant):
        for login, role in (("szefowa", "admin"), ("klerk", "clerk"), ("zarzad", "board"), ("mieszk", "resident")):
            commands.create_account(system("tests"), login, role=role, password=PASSWORD)
        audit.record(system("nightly"), "office.updated", "office", before={"name": "Stara"}, after={"name": "Nowa"})
        audit.record(system("nightly"), "account.blocked", FORMULA, reason="+48 600", address_typed="@x")
        audit.record(system("nightly"), "nieznane.zdarzenie", "sprawa<script>", note="Zażółć\tgęślą")
        work.commit()

    def entered(login: str) -> Browser:
        made = Browser(app, tenant)
        assert made.log_in(login).status_code == 303
        return made

    yield entered


def test_the_log_is_read_in_plain_words(browsers: Callable[[str], Browser]) -> None:
    page = browsers("szefowa").get(HOME).text
    for words in ("Zmieniono dane zarządcy", "Zablokowano konto", "Zalogowano się", "Stara → <b>Nowa</b>",
                  "nieznane.zdarzenie", "127.0.0.1"):  # fmt: skip
        assert words in page, words
    assert "<script>" not in page.split("</head>")[1].replace("sprawa&lt;script&gt;", "")


def test_it_is_searched_by_person_act_subject_and_days(browsers: Callable[[str], Browser]) -> None:
    browser = browsers("szefowa")

    def count(query: str) -> int:
        found = re.search(r"<caption>(\d+) wpis", browser.get(f"{HOME}?{query}").text)
        return int(found[1]) if found else 0

    everything = count("")
    assert count("who=NIGHTLY") == 3 and count("action=office.updated") == 1 and count("subject=sprawa") == 1
    assert count("who=nightly&action=account.blocked") == 1 and count("who=%25") == 0
    day, later = today(), today() + timedelta(days=1)
    assert count(f"since={day}&until={day}") == everything and count(f"since={later}") == 0
    assert count("since=0000-99-99&until=zawsze&page=999999999") in (0, everything), "nonsense is no error"
    assert browser.get(f"{HOME}?who=a%00b").status_code == 400
    assert browser.get(f"{HOME}?page=-1").status_code == 200


@pytest.mark.parametrize("login", ["klerk", "zarzad", "mieszk"])
def test_only_administrators_read_it(browsers: Callable[[str], Browser], login: str) -> None:
    browser = browsers(login)
    assert browser.get(HOME).status_code == 404
    assert browser.post(f"{HOME}/export", {"kind": "csv"}, form="/settings").status_code == 404


def test_the_file_holds_what_was_asked_and_no_formula(
    app: Any, tenant: Tenant, browsers: Callable[[str], Browser]
) -> None:
    browser = browsers("szefowa")
    answer = browser.post(f"{HOME}/export", {"kind": "csv", "who": "nightly"}, form=HOME)
    assert answer.mimetype == "text/csv" and "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 4 and {row[6] for row in rows[1:]} == {"office", f"'{FORMULA}", "sprawa<script>"}
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]
    book = browser.post(f"{HOME}/export", {"kind": "xlsx"}, form=HOME)
    with zipfile.ZipFile(io.BytesIO(book.get_data())) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") > 4 and "<f>" not in sheet and "HYPERLINK" in sheet
    assert set(re.findall(r'<c [^>]*t="(\w+)"', sheet)) <= {"inlineStr", "s"}
    assert browser.post(f"{HOME}/export", {"kind": "exe"}, form=HOME).status_code == 422
    with app.app_context(), bind(tenant):
        rows = db.session.execute(
            text("SELECT actor, subject, detail FROM audit_entries WHERE action = 'audit.exported' ORDER BY id")
        ).all()
        left = db.session.execute(text("SELECT count(*) FROM audit_seals")).scalar_one()
    assert [(row.actor, row.subject) for row in rows] == [("szefowa", "csv"), ("szefowa", "xlsx")]
    assert rows[0].detail == {"lines": 3, "who": "nightly"} and left > 0, "what is taken out is sealed before"


def test_a_broken_chain_is_told_on_the_page(
    app: Any, tenant: Tenant, browsers: Callable[[str], Browser], settings: Any
) -> None:
    import psycopg

    from config.settings import libpq_url

    browser = browsers("szefowa")
    browser.post(f"{HOME}/export", {"kind": "csv"}, form=HOME)
    assert "został naruszony" not in browser.get(HOME).text
    with psycopg.connect(libpq_url(settings.database_url), autocommit=True) as connection:
        connection.execute(f'DELETE FROM "{tenant.schema}".audit_seals')
    assert "został naruszony" in browser.get(HOME).text
    assert browser.post(f"{HOME}/export", {"kind": "csv"}, form=HOME).status_code == 200, "evidence can be taken out"


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_nothing_typed_becomes_a_formula(typed: str) -> None:
    assert safe(typed) == f"'{typed}"


@pytest.mark.parametrize("typed", ["", "Anna", "1+1", "a=b", "biuro@osiedle.example", "Żółć"])
def test_plain_text_stays_as_it_is(typed: str) -> None:
    assert safe(typed) == typed


def test_values_are_readable() -> None:
    assert value_text(None) == value_text([]) == "–" and value_text(True) == "tak"
    assert value_text(["B1", "B2"]) == "B1, B2" and value_text("blocked") == "zablokowane"
    assert value_text("2026-10-25T01:30:00+00:00") == "25.10.2026, 02:30"
    assert value_text({"email": "a@b.example"}) == "E-mail: a@b.example"


def test_every_act_of_the_product_has_words() -> None:
    """What is recorded in a manager's log is found by reading the code; operators' own log is another one."""
    found = set()
    for path in Path("app").rglob("*.py"):
        if path.parts[1] in ("operators", "onboarding"):
            continue
        for call in re.findall(r"audit\.record\(\s*[^,]+,\s*(\"[a-z_]+\.[a-z_]+\")", path.read_text("utf-8")):
            found.add(call.strip('"'))
    silent = sorted(action for action in found if action_label(action) == action)
    assert found and not silent, f"say these in app/audit/wording.py: {silent}"
    assert all(str(label) for label in ACTIONS.values())
