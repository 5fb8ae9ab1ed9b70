"""The office's work with conversations: due dates, notes, who deals with what, ready answers, search."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import text

from app.core import work
from app.core.actor import system
from app.core.clock import today
from app.core.workdays import working_day_after
from app.messages.promises import Conversations
from app.office import settings
from tenants.context import bind
from tenants.db import db
from tests.features.messages.conftest import sent
from tests.features.messages.test_conversations import FILE, PDF, first_thread, rows
from tests.pages import inspect

TEMPLATE = re.compile(r'href="/admin/messages/templates/([A-Za-z0-9_-]{22})"')
THREADS = "SELECT state, due_on, reopened, category FROM message_threads ORDER BY id"


@pytest.fixture
def office(app: Any, tenant: Any, people: Any) -> Any:
    """(resident, clerk, thread): O1 has asked about a repair of L001."""
    resident, clerk = people("O1"), people("hanna")
    sent(resident, "/messages", subject="Cieknie kran", body="Od wczoraj.", unit="L001")
    return resident, clerk, first_thread(resident)


def change(app: Any, tenant: Any, statement: str) -> None:
    with app.app_context(), bind(tenant):
        db.session.execute(text(statement))
        work.commit()


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 11, 21), 0, date(2026, 11, 23)),
        (date(2026, 11, 9), 2, date(2026, 11, 12)),
        (date(2026, 12, 23), 1, date(2026, 12, 28)),
        (date(2026, 4, 3), 1, date(2026, 4, 7)),
    ],
)
def test_working_days_skip_weekends_and_days_off(start: date, days: int, end: date) -> None:
    assert working_day_after(start, days) == end


def test_a_question_is_promised_an_answer_and_the_promise_ends_with_it(app: Any, tenant: Any, office: Any) -> None:
    resident, clerk, thread = office
    due = working_day_after(today(), 2)
    assert tuple(rows(app, tenant, THREADS)[0]) == ("new", due, 0, "repairs")
    assert f"odpowiemy do {due:%d.%m.%Y}" in inspect(resident.get(f"/messages/{thread}"))
    page = inspect(resident.get("/messages"))
    assert "Odpowiadamy w ciągu 5 dni roboczych. Usterki i naprawy: w ciągu 2 dni roboczych." in page
    sent(clerk, f"/admin/messages/{thread}", body="Jutro.")
    assert tuple(rows(app, tenant, THREADS)[0])[:2] == ("answered", None)
    sent(resident, f"/messages/{thread}", body="A o której?")
    assert tuple(rows(app, tenant, THREADS)[0])[:2] == ("new", due)
    change(app, tenant, "UPDATE message_threads SET due_on = current_date - 3")
    sent(resident, f"/messages/{thread}", body="Halo?")
    assert rows(app, tenant, THREADS)[0].due_on < today(), "who asks again does not wait longer"


def test_the_manager_promises_other_days(app: Any, tenant: Any, people: Any) -> None:
    admin = people("hanna")
    change(app, tenant, "UPDATE accounts SET role = 'admin' WHERE login = 'hanna'")
    home = "/admin/configuration/conversations"
    form = {f"days-{key}": "1" for key in ("charges", "repairs", "data", "documents", "other")}
    refused = admin.post(home, {**form, "days-other": "0"}, form=home)
    assert refused.status_code == 422 and "Podaj liczbę dni od 1 do 60" in inspect(refused)
    assert admin.post(home, {**form, "days-other": "1\0" + "9" * 10_000}, form=home).status_code in (400, 422)
    assert admin.post(home, {**form, "answers_by_mail": "1"}, form=home).status_code == 303
    with app.app_context(), bind(tenant):
        assert settings.fresh(Conversations) == Conversations(dict.fromkeys(form_keys(form), 1), True, False)
    assert people("irena").get(home).status_code == 404


def form_keys(form: dict[str, str]) -> list[str]:
    return [name.removeprefix("days-") for name in form]


def test_late_conversations_stand_first_and_are_told_apart(app: Any, tenant: Any, office: Any) -> None:
    resident, clerk, _thread = office
    sent(resident, "/messages", subject="Późna sprawa", body="x", unit="", category="other")
    change(app, tenant, "UPDATE message_threads SET due_on = current_date - 1 WHERE subject = 'Późna sprawa'")
    page = inspect(clerk.get("/admin/messages"))
    assert page.index("Późna sprawa") < page.index("Cieknie kran") and "po terminie" in page
    late = clerk.get("/admin/messages?state=late").text
    assert "Późna sprawa" in late and "Cieknie kran" not in late


def test_a_note_is_never_a_residents_to_see(app: Any, tenant: Any, office: Any) -> None:
    resident, clerk, thread = office
    before = rows(app, tenant, "SELECT last_at FROM message_threads")[0][0]
    page = f"/admin/messages/{thread}"
    key = re.findall(r'id="note_key" name="form_key"[^>]* value="([^"]+)"', clerk.get(page).text)[0]
    for _time in range(2):
        done = clerk.post(f"{page}/note", {"note": "Uwaga: TAJNA-NOTATKA", "form_key": key}, form=page)
        assert done.status_code == 303
    assert rows(app, tenant, "SELECT count(*) FROM messages WHERE side = 'note'")[0][0] == 1
    assert "TAJNA-NOTATKA" in inspect(clerk.get(page))
    assert "TAJNA-NOTATKA" in clerk.get(page).text and "Cieknie" in clerk.get("/admin/messages?q=tajna-notatka").text
    for path in (f"/messages/{thread}", "/messages/history", "/messages/history?q=TAJNA"):
        assert "TAJNA-NOTATKA" not in resident.get(path).text
    assert "Nie ma takiej rozmowy" in resident.get("/messages/history?q=tajna").text
    assert rows(app, tenant, "SELECT last_at FROM message_threads")[0][0] == before
    assert "TAJNA-NOTATKA" not in _own_copy(app, tenant)
    empty = clerk.post(f"{page}/note", {"note": " ", "form_key": "k2"}, form=page)
    assert empty.status_code == 422 and "Wpisz treść." in inspect(empty)
    assert resident.post(f"{page}/note", {"note": "x", "form_key": "z"}, form="/messages").status_code == 404


def _own_copy(app: Any, tenant: Any) -> str:
    """All that a resident's copy of their data says."""
    from app.core.actor import Actor, Role
    from app.personal import collecting

    with app.app_context(), bind(tenant):
        account = db.session.execute(text("SELECT id, login, person_code FROM accounts WHERE login = 'O1'")).one()
        who = Actor(
            "account", account.login, account_id=account.id, role=Role.RESIDENT, person_code=account.person_code
        )
        said = str([(table.name, list(table.rows)) for table in collecting.tables(who, today())])
    assert "Od wczoraj." in said
    return said


def test_staff_hand_a_conversation_over(app: Any, tenant: Any, office: Any) -> None:
    _resident, clerk, thread = office
    change(
        app, tenant,
        "INSERT INTO accounts (public_id, login, login_key, role, email) "
        "VALUES ('colleague-of-the-clerk', 'zofia', 'zofia', 'accountant', 'zofia@office.example')",
    )  # fmt: skip
    page = f"/admin/messages/{thread}"
    soon = today() + timedelta(days=10)
    values = {"login": "zofia", "category": "charges", "due_on": soon.isoformat()}
    assert clerk.post(f"{page}/handling", values, form=page).status_code == 303
    assert tuple(rows(app, tenant, THREADS)[0]) == ("new", soon, 0, "charges")
    shown = inspect(clerk.get(page))
    assert "zofia" in shown and f"do {soon:%d.%m.%Y}" in shown
    told = rows(app, tenant, "SELECT address FROM outbox_items WHERE letter = 'message_assigned'")
    assert [row[0] for row in told] == ["zofia@office.example"]
    for wrong, sentence in (
        ({"login": "O1"}, "Wybierz osobę z listy."),
        ({"login": "irena"}, "Wybierz osobę z listy."),
        ({"category": "nonsense"}, "Wybierz, czego dotyczy"),
        ({"due_on": "2020-01-01"}, "Podaj dzień od dzisiaj"),
        ({"due_on": "kiedyś"}, "Podaj datę"),
    ):
        refused = clerk.post(f"{page}/handling", values | wrong, form=page)
        assert refused.status_code == 422 and sentence in inspect(refused), wrong


def test_closed_conversations_go_on_when_the_resident_writes(app: Any, tenant: Any, office: Any) -> None:
    resident, clerk, thread = office
    answer = sent(clerk, f"/admin/messages/{thread}", body="Naprawione.", then="closed")
    assert answer.status_code == 303 and rows(app, tenant, THREADS)[0].state == "closed"
    assert "otworzymy ją ponownie" in inspect(resident.get(f"/messages/{thread}"))
    sent(resident, f"/messages/{thread}", body="Znowu cieknie.")
    row = rows(app, tenant, THREADS)[0]
    assert (row.state, row.reopened) == ("new", 1) and row.due_on is not None
    assert "otwarta ponownie: 1×" in inspect(clerk.get(f"/admin/messages/{thread}"))
    page = f"/admin/messages/{thread}"
    assert clerk.post(f"{page}/state", {"state": "working"}, form=page).status_code == 303
    assert "w toku" in inspect(resident.get(f"/messages/{thread}"))


def test_two_who_answer_at_once_read_each_other_first(app: Any, tenant: Any, office: Any) -> None:
    _resident, clerk, thread = office
    seen = rows(app, tenant, "SELECT public_id FROM messages")[0][0]
    assert sent(clerk, f"/admin/messages/{thread}", body="Pierwsza.", seen=seen).status_code == 303
    late = sent(clerk, f"/admin/messages/{thread}", body="Druga.", seen=seen)
    assert late.status_code == 422
    page = inspect(late)
    assert "pojawiła się nowa wiadomość" in page and "Pierwsza." in page and "Druga." in page
    newest = re.findall(r'name="seen"[^>]* value="([^"]+)"', page)[0]
    assert sent(clerk, f"/admin/messages/{thread}", body="Druga.", seen=newest).status_code == 303


def test_a_ready_answer_is_filled_for_the_conversation(app: Any, tenant: Any, office: Any) -> None:
    resident, clerk, thread = office
    new = "/admin/messages/templates/new"
    wrong = sent_form(clerk, new, name="", body="Dzień {dobry}")
    assert wrong.status_code == 422 and "Podaj nazwę" in inspect(wrong)
    wrong = sent_form(clerk, new, name="Kran", body="Dzień {dobry}")
    assert wrong.status_code == 422 and "Nie ma takich pól: {dobry}" in inspect(wrong)
    body = "Lokal {lokal}, temat „{temat}”, {biuro}, tel. {telefon}."
    assert sent_form(clerk, new, name="Kran", body=body).status_code == 303
    template = TEMPLATE.findall(inspect(clerk.get("/admin/messages/templates")))[0]
    page = inspect(clerk.get(f"/admin/messages/{thread}?template={template}"))
    assert "Lokal L001, temat „Cieknie kran”" in page and "{telefon}" in page, "what has no value stays to be seen"
    refused = sent(clerk, f"/admin/messages/{thread}", body="Zadzwoń: {telefon}")
    assert refused.status_code == 422 and "niewypełnione pola: {telefon}" in inspect(refused)
    assert clerk.get(f"/admin/messages/{thread}?template=nonsense").status_code == 404
    path = f"/admin/messages/templates/{template}"
    assert sent_form(clerk, path, name="Kran 2", body="Jutro.").status_code == 303
    assert clerk.post(f"{path}/withdraw", {}, form=path).status_code == 303
    assert clerk.get(path).status_code == 404
    for stranger in (resident,):
        assert stranger.get("/admin/messages/templates").status_code == 404


def sent_form(browser: Any, path: str, **values: str) -> Any:
    return browser.post(path, values, form=path)


def test_fields_in_a_residents_words_are_never_filled(app: Any, tenant: Any, people: Any) -> None:
    resident, clerk = people("O1"), people("hanna")
    sent(resident, "/messages", subject="{biuro} {{ 7*7 }}", body="x", unit="")
    thread = first_thread(resident)
    sent_form(clerk, "/admin/messages/templates/new", name="T", body="W sprawie {temat}")
    template = TEMPLATE.findall(clerk.get("/admin/messages/templates").text)[0]
    page = inspect(clerk.get(f"/admin/messages/{thread}?template={template}"))
    assert "W sprawie {biuro} {{ 7*7 }}" in page


def test_conversations_are_found_without_polish_marks(office: Any, people: Any) -> None:
    resident, clerk, _thread = office
    sent(resident, "/messages", subject="Żółta kartka", body="Grzejnik w łazience", unit="")
    for words in ("zolta", "LAZIENCE", "O1"):
        found = clerk.get(f"/admin/messages?q={words}").text
        assert "Żółta kartka" in found, words
    assert "Cieknie kran" not in clerk.get("/admin/messages?q=zolta").text
    assert "Żółta kartka" in inspect(resident.get("/messages/history?q=grzejnik"))
    assert "Żółta kartka" not in people("O2").get("/messages/history?q=grzejnik").text
    assert clerk.get("/admin/messages?q=%25&state=x&whose=y&category=z&page=a").status_code == 200
    assert "Cieknie kran" not in clerk.get("/admin/messages?q=%25").text, "a percent sign is a percent sign"
    assert "Cieknie kran" not in clerk.get("/admin/messages?whose=mine").text


def test_the_office_writes_about_a_unit_of_the_resident_only(app: Any, tenant: Any, people: Any) -> None:
    clerk = people("hanna")
    wrong = sent(clerk, "/admin/messages/new", login="O2", unit="L002", subject="S", body="T")
    assert wrong.status_code == 422 and "nie ma lokalu o takim kodzie" in inspect(wrong)
    assert sent(clerk, "/admin/messages/new", login="O2", unit="L001", subject="S", body="T").status_code == 303
    assert rows(app, tenant, "SELECT unit_code FROM message_threads")[0][0] == "L001"


def test_the_number_of_unread_answers_stands_in_the_menu(office: Any) -> None:
    resident, clerk, thread = office
    assert "menu-count" not in resident.get("/messages").text
    sent(clerk, f"/admin/messages/{thread}", body="Jutro.")
    assert "menu-count" in inspect(resident.get("/messages"))
    resident.get(f"/messages/{thread}")
    assert "menu-count" not in resident.get("/messages").text


def test_files_from_before_are_still_handed_out(app: Any, tenant: Any, office: Any) -> None:
    from app.gateways import files as storage

    resident, clerk, thread = office
    sent(resident, f"/messages/{thread}", body="Umowa", files=(BytesIO(PDF), "umowa.pdf"))
    path = FILE.findall(resident.get(f"/messages/{thread}").text)[0]
    with app.app_context(), bind(tenant):
        storage.files().put(storage.key("messages", path.rpartition("/")[2]), BytesIO(PDF + b"old"))
        db.session.execute(text("UPDATE message_files SET file_id = NULL"))
        work.commit()
    assert resident.get(path).data == PDF + b"old" == clerk.get(f"/admin{path}").data
    assert resident.get(f"{path}/picture").status_code == 404


def test_erasing_wipes_what_came_by_mail_too(app: Any, tenant: Any, office: Any) -> None:
    from app.accounts.models import Account
    from app.personal.commands.erasing import erase

    change(app, tenant, "UPDATE messages SET quoted = 'SEKRET', from_address = 'sekret@x.example'")
    with app.app_context(), bind(tenant):
        account = db.session.query(Account).filter_by(login="O1").one()
        erase(system("tests"), account, messages=True)
        work.commit()
    row = rows(app, tenant, "SELECT body, quoted, from_address FROM messages")[0]
    assert tuple(row) == ("", None, None)
