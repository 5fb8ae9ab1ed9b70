"""Texts of the manager: versions, what Markdown may become, attachments, and acknowledging them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.accounts.commands import create_account
from app.accounts.commands.accepting import accept
from app.core import work
from app.core.actor import GRANTS, Actor, Role, system
from app.core.errors import Conflict, NotThere, Refused
from app.office import commands, texts
from tenants.context import bind
from tenants.db import db
from tests.pages import inspect
from tests.town import PASSWORD, token

ADMIN = Actor(kind="account", login="admin", account_id=1, role=Role.ADMIN, can=GRANTS[Role.ADMIN])
PDF = b"%PDF-1.7\n" + b"x" * 2000


def docx(*parts: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for part in parts:
            archive.writestr(part, "x")
    return made.getvalue()


def publish(app: Any, tenant: Any, kind: str = "terms", body: str = "Treść", **more: Any) -> int:
    with app.app_context(), bind(tenant):
        version = texts.publish(ADMIN, kind, "Regulamin", body, **more)
        work.commit()
    return version


def resident(app: Any, tenant: Any, client: Any, login: str = "mieszkanka") -> Any:
    with app.app_context(), bind(tenant):
        create_account(system("tests"), login, [], "resident", f"{login}@example.com", password=PASSWORD)
        work.commit()
    browser = client(tenant.slug)
    page = browser.get("/login").get_data(as_text=True)
    answer = browser.post("/login", data={"login": login, "password": PASSWORD, "csrf_token": token(page)})
    assert answer.status_code == 303
    return browser


@pytest.mark.parametrize("kind", ["terms", "privacy", "help", "paper", "safety"])
def test_a_new_manager_has_texts_from_the_first_day(tenant: Any, client: Any, app: Any, kind: str) -> None:
    with app.app_context(), bind(tenant):
        commands.update_profile(ADMIN, street_line="Cicha 1", city_line="67-200 Głogów")
        work.commit()
    page = inspect(client(tenant.slug).get(f"/texts/{kind}"))
    assert "{" not in page.split("<main", 1)[1].split("</main", 1)[0], "a place that was not filled in"
    if kind in ("terms", "privacy"):
        assert tenant.name in page and "Cicha 1, 67-200 Głogów" in page
        assert "Telefon:" not in page.split("<main", 1)[1].split("</main")[0], "a line without a value is left out"


def test_there_is_no_welcome_until_somebody_writes_one(app: Any, tenant: Any, client: Any) -> None:
    assert client(tenant.slug).get("/texts/welcome").status_code == 404
    publish(app, tenant, "welcome", "Dzień dobry")
    assert "Dzień dobry" in client(tenant.slug).get("/texts/welcome").get_data(as_text=True)


@pytest.mark.parametrize("path", ["/texts/other", "/texts/terms?version=1", "/texts/terms?version=-1",
                                  "/texts/terms?version=99999999999999999999", "/texts/terms?version=%00",
                                  "/texts/terms?version=²", "/texts/files/nothing"])  # fmt: skip
def test_what_is_not_there_is_404_and_never_500(app: Any, tenant: Any, client: Any, path: str) -> None:
    assert client(tenant.slug).get(path).status_code in (400, 404)


def test_the_old_version_stays_as_it_was_and_the_newest_is_shown(app: Any, tenant: Any, client: Any) -> None:
    assert publish(app, tenant, body="Pierwsza") == 1
    assert publish(app, tenant, body="Druga") == 2
    browser = client(tenant.slug)
    assert "Druga" in browser.get("/texts/terms").get_data(as_text=True)
    old = inspect(browser.get("/texts/terms?version=1"))
    assert "Pierwsza" in old and "wcześniejsza wersja" in old
    with app.app_context(), bind(tenant), pytest.raises(DBAPIError):
        db.session.execute(text("UPDATE office_texts SET body = 'inna'"))
    with app.app_context(), bind(tenant), pytest.raises(DBAPIError):
        db.session.execute(text("DELETE FROM office_texts"))


def test_two_editors_cannot_overwrite_each_other(app: Any, tenant: Any, context: Any) -> None:
    publish(app, tenant, follows=0)
    with bind(tenant), pytest.raises(Conflict):
        texts.publish(ADMIN, "terms", "Regulamin", "Moja", follows=0)


def test_another_language_is_shown_where_there_is_one_and_polish_elsewhere(app: Any, tenant: Any, client: Any) -> None:
    publish(app, tenant, body="Po polsku", translations={"uk": ("Правила", "Українською"), "en": ("", " ")})
    browser = client(tenant.slug)
    assert "Українською" in browser.get("/texts/terms?lang=uk").get_data(as_text=True)
    english = inspect(browser.get("/texts/terms?lang=en"))
    assert "Po polsku" in english and '<div class="prose" lang="pl">' in english


HOSTILE = """
<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) [b](data:text/html,x)
[c](vbscript:x) [d](//evil.example) ![e](https://evil.example/e.png) [f](JaVaScRiPt:x) <javascript:alert(1)>
[g](/\\evil.example) [h](ftp://evil.example) [i](file:///etc/passwd)
"""


def test_markdown_becomes_neither_script_nor_odd_links(app: Any, tenant: Any, client: Any) -> None:
    publish(app, tenant, body=HOSTILE)
    page = inspect(client(tenant.slug).get("/texts/terms")).split("<main", 1)[1].split("</main", 1)[0]
    assert "<script" not in page and "<img" not in page
    for word in ("javascript:", "data:", "vbscript:", "//evil", "ftp:", "file:"):
        assert f'href="{word}' not in page.lower()
    assert 'href="/\\' not in page


def test_good_links_tables_and_headings_stay(app: Any, tenant: Any, client: Any) -> None:
    publish(
        app,
        tenant,
        body="## Rozdział\n### Punkt\n[a](https://a.pl) [b](mailto:a@b.pl) [c](/contact)\n\n| x | y |\n|-|-|\n|1|2|",
    )
    page = inspect(client(tenant.slug).get("/texts/terms"))
    for part in ('href="https://a.pl" rel="noopener noreferrer"', 'href="mailto:a@b.pl"', 'href="/contact"',
                 "<td>1</td>", "<h2>Rozdział</h2>", "<h3>Punkt</h3>"):  # fmt: skip
        assert part in page


def test_a_name_with_markup_is_escaped_where_it_is_filled_in(app: Any, tenant: Any, client: Any) -> None:
    with app.app_context(), bind(tenant):
        commands.update_profile(ADMIN, name='<b onclick="x">"Nasza" [a](javascript:x)')
        work.commit()
    publish(app, tenant, body="Prowadzi {nazwa}, {adres}. {inne}")
    page = inspect(client(tenant.slug).get("/texts/terms"))
    assert "Prowadzi &lt;b onclick" in page and ", –. {inne}" in page and "<b onclick" not in page


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.pdf", PDF), ("a.PNG", b"\x89PNG\r\n\x1a\n" + b"x"),
     ("a.docx", docx("[Content_Types].xml", "word/document.xml"))],
)  # fmt: skip
def test_a_good_file_is_kept_and_can_be_loaded_once_published(
    app: Any, tenant: Any, client: Any, name: str, content: bytes
) -> None:
    with app.app_context(), bind(tenant):
        kept = texts.keep_file(ADMIN, "terms", f"C:\\Moje\\Załącznik nr 1 {name}", content)
        work.commit()
    assert client(tenant.slug).get(f"/texts/files/{kept}").status_code == 404, "not published yet"
    publish(app, tenant, attachments=[kept])
    answer = client(tenant.slug).get(f"/texts/files/{kept}")
    assert answer.status_code == 200 and answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment") and "Za%C5%82%C4%85cznik" in str(
        answer.headers
    )
    assert "Załącznik nr 1" in client(tenant.slug).get("/texts/terms").get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"<html>"), ("a.svg", b"<svg><script/></svg>"), ("a.png", PDF), ("a.docx", PDF), ("pdf", PDF),
        (".pdf", PDF), ("a.pdf", b""), ("a.exe", PDF), ("a.docx", docx("x")), ("a.docx", b"PK\x03\x04" + b"x" * 90),
        ("a.docx", docx("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")),
        ("a.pdf", b"%PDF-" + b"x" * (10 * 1024 * 1024)),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_in_a_sentence(tenant: Any, context: Any, name: str, content: bytes) -> None:
    with bind(tenant), pytest.raises(Refused) as refusal:
        texts.keep_file(ADMIN, "terms", name, content)
    assert refusal.value.field == "upload"


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.BOARD, Role.CLERK, Role.ACCOUNTANT])
def test_only_who_may_configure_publishes(tenant: Any, context: Any, role: Role) -> None:
    actor = Actor(kind="account", login="x", account_id=2, role=role, can=GRANTS[role])
    with bind(tenant), pytest.raises(NotThere):
        texts.publish(actor, "terms", "a", "b")
    with bind(tenant), pytest.raises(NotThere):
        texts.keep_file(actor, "terms", "a.pdf", PDF)


@pytest.mark.parametrize("given", [("", "b"), ("a", " "), ("x" * 161, "b"), ("a", "x" * 100_001), ("a", "b\x1b[2J")])
def test_an_empty_or_endless_text_is_refused(tenant: Any, context: Any, given: tuple[str, str]) -> None:
    with bind(tenant), pytest.raises(Refused):
        texts.publish(ADMIN, "terms", *given)


def test_a_new_version_is_acknowledged_once_before_going_on(app: Any, tenant: Any, client: Any) -> None:
    browser = resident(app, tenant, client)
    assert browser.get("/settings").status_code == 200
    publish(app, tenant, body="Nowe zasady", needs_acceptance=True)
    answer = browser.get("/settings")
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/texts/accept")
    assert browser.get("/texts/terms").status_code == 200, "it can be read"
    page = inspect(browser.get(answer.headers["Location"]))
    assert "Nowe zasady" in page and "WYJŚCIE" in page
    form = {"csrf_token": token(page)}
    refused = browser.post("/texts/accept", data=form)
    assert refused.status_code == 422 and browser.get("/settings").status_code == 302
    assert browser.post("/texts/accept", data=form | {"terms": "99"}).status_code == 422
    done = browser.post("/texts/accept", data=form | {"terms": "1", "next": "//evil.example/"})
    assert (done.status_code, done.headers["Location"]) == (303, "/"), "not to a stranger's page"
    assert browser.get("/settings").status_code == 200
    assert browser.get("/texts/accept").status_code == 303
    with app.app_context(), bind(tenant):
        row = db.session.execute(text("SELECT kind, version, address FROM text_acceptances")).one()
        assert tuple(row) == ("terms", 1, "127.0.0.1")
        assert db.session.scalar(text("SELECT actor FROM audit_entries WHERE action = 'text.accepted'")) == "mieszkanka"


def test_one_may_log_out_instead_of_acknowledging(app: Any, tenant: Any, client: Any) -> None:
    browser = resident(app, tenant, client)
    publish(app, tenant, needs_acceptance=True)
    page = browser.get("/texts/accept").get_data(as_text=True)
    assert browser.post("/logout", data={"csrf_token": token(page)}).status_code == 303
    assert browser.get("/texts/accept").headers["Location"].startswith("/login")


def test_a_small_correction_asks_nobody(app: Any, tenant: Any, client: Any) -> None:
    browser = resident(app, tenant, client)
    publish(app, tenant, body="Poprawiona literówka")
    publish(app, tenant, "help", "Instrukcja", needs_acceptance=True)
    assert browser.get("/settings").status_code == 200


def test_what_was_acknowledged_at_registration_counts(app: Any, tenant: Any, client: Any) -> None:
    publish(app, tenant, needs_acceptance=True)
    publish(app, tenant, body="Poprawiona literówka")
    browser = resident(app, tenant, client)
    assert browser.get("/settings").status_code == 302
    with app.app_context(), bind(tenant):
        account = db.session.scalar(text("SELECT id FROM accounts WHERE login = 'mieszkanka'"))
        for version in (3, -1):
            with pytest.raises(NotThere):
                accept(account, "terms", version, None)
        with pytest.raises(NotThere):
            accept(account, "help", 0, None)
        accept(account, "terms", 2, None)
        accept(account, "terms", 2, None)
        work.commit()
    assert browser.get("/settings").status_code == 200


def test_staff_are_not_asked(app: Any, tenant: Any, client: Any) -> None:
    publish(app, tenant, needs_acceptance=True)
    with app.app_context(), bind(tenant):
        create_account(system("tests"), "pani", [], "clerk", "pani@example.com", password=PASSWORD)
        work.commit()
    browser = client(tenant.slug)
    page = browser.get("/login").get_data(as_text=True)
    browser.post("/login", data={"login": "pani", "password": PASSWORD, "csrf_token": token(page)})
    assert browser.get("/admin/").status_code == 200
