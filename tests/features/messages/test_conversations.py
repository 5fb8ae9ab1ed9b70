"""Napisz do nas: from a resident's question to the office's answer, and what must never happen on the way."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import text

from tenants.context import bind
from tenants.db import db
from tests.features.messages.conftest import OFFICE, sent
from tests.pages import inspect

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
THREAD = re.compile(r'href="/(?:admin/)?messages/([A-Za-z0-9_-]{22})"')
FILE = re.compile(r'href="(/(?:admin/)?messages/files/[A-Za-z0-9_-]{22})"')


def rows(app: Any, tenant: Any, query: str) -> list[Any]:
    with app.app_context(), bind(tenant):
        return list(db.session.execute(text(query)))


def first_thread(browser: Any, path: str = "/messages/history") -> str:
    return THREAD.findall(browser.get(path).text)[0]


def test_a_question_is_answered_and_both_sides_see_it(app: Any, tenant: Any, people: Any) -> None:
    resident, clerk = people("O1"), people("hanna")
    answer = sent(resident, "/messages", subject="Cieknie kran", body="W łazience.\nOd wczoraj.", unit="L001")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/messages/history")
    assert "Cieknie kran" in inspect(resident.get("/messages/history"))
    queue = inspect(clerk.get("/admin/messages"))
    assert "Cieknie kran" in queue and "Żółć" in queue and "czeka na odpowiedź" in queue
    thread = first_thread(clerk, "/admin/messages")
    assert sent(clerk, f"/admin/messages/{thread}", body="Hydraulik przyjdzie jutro.").status_code == 303
    history = inspect(resident.get("/messages/history"))
    assert "nowa odpowiedź" in history and "odpowiedziano" in history
    page = inspect(resident.get(f"/messages/{thread}"))
    assert "Hydraulik przyjdzie jutro." in page
    assert "hanna" not in page, "who of the office wrote is the office's business"
    assert "nowa odpowiedź" not in resident.get("/messages/history").text, "it has been read"
    assert "Przeczytano" in inspect(clerk.get(f"/admin/messages/{thread}"))


def test_the_office_gets_a_copy_and_the_resident_is_told_without_the_text(app: Any, tenant: Any, people: Any) -> None:
    resident, clerk = people("O1"), people("hanna")
    sent(resident, "/messages", subject="Sprawa", body="Tajemnica sąsiada", unit="")
    thread = first_thread(resident)
    sent(clerk, f"/admin/messages/{thread}", body="Odpowiedź z sekretem")
    found = {
        row.letter: row
        for row in rows(app, tenant, "SELECT letter, address, context::text AS context FROM outbox_items")
        if row.letter.startswith("message_")
    }
    assert found["message_copy"].address == OFFICE
    assert "o1@poczta.example" not in found["message_copy"].context
    assert found["message_answer"].address == "o1@poczta.example"
    assert "sekretem" not in found["message_answer"].context


def test_a_double_click_sends_one_message(app: Any, tenant: Any, people: Any) -> None:
    resident = people("O1")
    key = {"form_key": "same-key-for-both"}
    for _time in range(2):
        assert sent(resident, "/messages", subject="Raz", body="Raz", unit="", **key).status_code == 303
    thread = first_thread(resident)
    for _time in range(2):
        assert sent(resident, f"/messages/{thread}", body="Dwa", form_key="reply-key").status_code == 303
    assert rows(app, tenant, "SELECT count(*) FROM message_threads")[0][0] == 1
    assert [row[0] for row in rows(app, tenant, "SELECT body FROM messages ORDER BY id")] == ["Raz", "Dwa"]
    assert rows(app, tenant, "SELECT count(*) FROM outbox_items WHERE letter = 'message_copy'")[0][0] == 2


def test_a_neighbours_conversation_and_file_do_not_exist(people: Any) -> None:
    resident, neighbour, clerk, board = people("O1"), people("O2"), people("hanna"), people("irena")
    sent(resident, "/messages", subject="Moje", body="Moje", unit="", files=(BytesIO(PDF), "umowa.pdf"))
    thread = first_thread(resident)
    path = FILE.findall(resident.get(f"/messages/{thread}").text)[0]
    mine = resident.get(path)
    assert (mine.status_code, mine.data) == (200, PDF)
    assert mine.headers["Content-Disposition"].startswith("attachment;")
    unknown = neighbour.get("/messages/files/AAAAAAAAAAAAAAAAAAAAAA")
    foreign = neighbour.get(path)
    assert foreign.status_code == unknown.status_code == 404
    assert neighbour.get(f"/messages/{thread}").status_code == 404
    assert neighbour.post(f"/messages/{thread}", {"body": "x", "form_key": "k"}, form="/messages").status_code == 404
    assert neighbour.get(f"/admin{path}").status_code == 404
    assert clerk.get(f"/admin{path}").data == PDF
    assert board.get(f"/admin/messages/{thread}").status_code == 200
    assert board.post(f"/admin/messages/{thread}", {"body": "x"}, form="/settings/password").status_code == 404


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"subject": ""}, "Podaj temat."),
        ({"subject": "a\r\nBcc: ktos@example.com"}, "jednym wierszem"),
        ({"subject": "x" * 151}, "najwyżej 150"),
        ({"body": " "}, "Wpisz treść."),
        ({"body": "x" * 10_001}, "najwyżej 10000"),
        ({"category": "nonsense"}, "Wybierz, czego dotyczy"),
        ({"unit": "L003"}, "Wybierz lokal z listy."),
        ({"files": (BytesIO(b"MZ\x90"), "faktura.pdf")}, "nie przyjmujemy"),
        ({"files": (BytesIO(b"<svg onload=alert(1)>"), "a.png")}, "nie przyjmujemy"),
        ({"files": (BytesIO(b""), "pusty.pdf")}, "jest pusty"),
        ({"files": (BytesIO(PDF + b"0" * (5 << 20)), "wielki.pdf")}, "za duży"),
        ({"files": [(BytesIO(PDF), f"{n}.pdf") for n in range(4)]}, "najwyżej 3"),
    ],
)
def test_what_cannot_be_sent_is_said_and_kept_in_the_form(
    app: Any, tenant: Any, people: Any, values: Any, sentence: str
) -> None:
    resident = people("O1")
    answer = sent(resident, "/messages", **({"subject": "Temat", "body": "Treść", "unit": ""} | values))
    assert answer.status_code == 422
    assert sentence in inspect(answer)
    assert rows(app, tenant, "SELECT count(*) FROM message_threads")[0][0] == 0


def test_a_nul_is_refused_and_nothing_breaks(people: Any) -> None:
    assert sent(people("O1"), "/messages", subject="a\0b", body="c", unit="").status_code == 400


def test_markup_stays_text_and_file_names_lose_their_paths(people: Any) -> None:
    resident, clerk = people("O1"), people("hanna")
    evil = "<script>alert('x')</script>"
    name = "../../etc/żółw\u202egpj.pdf"
    sent(resident, "/messages", subject=evil, body=f"{evil} {{lokal}}", unit="", files=(BytesIO(PDF), name))
    thread = first_thread(resident)
    seen = (
        resident.get(f"/messages/{thread}"),
        clerk.get(f"/admin/messages/{thread}"),
        clerk.get("/admin/messages"),
    )
    for page in seen:
        assert "<script>alert" not in inspect(page) and "&lt;script&gt;" in page.text
    path = FILE.findall(resident.get(f"/messages/{thread}").text)[0]
    header = resident.get(path).headers["Content-Disposition"]
    assert "%C5%BC%C3%B3%C5%82w" in header
    assert "etc" not in header and "%E2%80%AE" not in header and "/" not in header


def test_the_office_writes_first_takes_over_and_closes(app: Any, tenant: Any, people: Any) -> None:
    resident, clerk = people("O2"), people("hanna")
    refused = sent(clerk, "/admin/messages/new", login="nobody", subject="S", body="T")
    assert refused.status_code == 422 and "Nie ma takiego mieszkańca" in inspect(refused)
    answer = sent(
        clerk, "/admin/messages/new", login="o2", subject="Przegląd gazowy", body="W środę.", category="other"
    )
    assert answer.status_code == 303
    thread = answer.headers["Location"].rpartition("/")[2]
    assert "W środę." in inspect(resident.get(f"/messages/{thread}"))
    assert sent(resident, f"/messages/{thread}", body="Nie będzie mnie.").status_code == 303
    assert "czeka na odpowiedź" in clerk.get(f"/admin/messages/{thread}").text
    form = f"/admin/messages/{thread}"
    assert clerk.post(f"{form}/take", {}, form=form).status_code == 303
    assert clerk.post(f"{form}/state", {"state": "closed"}, form=form).status_code == 303
    assert clerk.post(f"{form}/state", {"state": "burnt"}, form=form).status_code == 404
    assert "zakończona" in inspect(clerk.get(form))
    kinds = [row[0] for row in rows(app, tenant, "SELECT action FROM audit_entries WHERE action LIKE 'message.%'")]
    assert kinds == ["message.started", "message.sent", "message.state"]


def test_staff_of_other_buildings_see_nothing_of_it(app: Any, tenant: Any, people: Any) -> None:
    resident = people("O1")
    sent(resident, "/messages", subject="W B1", body="x", unit="L001")
    sent(resident, "/messages", subject="Bez lokalu", body="x", unit="")
    thread = first_thread(resident)
    for building, sees in (("B1", True), ("B9", False)):
        with app.app_context(), bind(tenant):
            db.session.execute(text("DELETE FROM staff_scopes"))
            db.session.execute(
                text("INSERT INTO staff_scopes SELECT id, :code FROM accounts WHERE login = 'hanna'"),
                {"code": building},
            )
            db.session.commit()
        clerk = people("hanna")
        page = clerk.get("/admin/messages").text
        assert [word in page for word in ("W B1", "Bez lokalu")] == [sees, sees]
        assert clerk.get(f"/admin/messages/{thread}").status_code == (200 if sees else 404)
        said = sent(clerk, "/admin/messages/new", login="O1", subject="S", body="T").status_code
        assert said == (303 if sees else 422)


def test_too_many_messages_in_an_hour_have_to_wait(app: Any, tenant: Any, people: Any, monkeypatch: Any) -> None:
    from app.messages import rules

    monkeypatch.setattr(rules, "HOURLY_LIMIT", 2)
    resident = people("O1")
    answers = [sent(resident, "/messages", subject=str(n), body="x", unit="").status_code for n in range(3)]
    assert answers == [303, 303, 429]


def test_twenty_clicks_at_once_send_one_message(app: Any, tenant: Any, people: Any) -> None:
    """The same form on twenty threads: all are told that it was sent, and one was."""
    from concurrent.futures import ThreadPoolExecutor

    resident = people("O1")
    token = re.search(r'name="csrf_token" value="([^"]+)"', resident.get("/messages").text)
    assert token
    cookie = "; ".join(f"{cookie.key}={cookie.value}" for cookie in resident.client._cookies.values())
    data = {"csrf_token": token[1], "form_key": "k", "category": "other", "subject": "S", "body": "B", "unit": ""}

    def click(_number: int) -> int:
        client = app.test_client(use_cookies=False)
        answer = client.post("/messages", data=data, base_url=resident.base_url, headers={"Cookie": cookie})
        return int(answer.status_code)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(click, range(20))) == {303}
    assert rows(app, tenant, "SELECT count(*) FROM messages")[0][0] == 1
    assert rows(app, tenant, "SELECT count(*) FROM message_threads")[0][0] == 1
