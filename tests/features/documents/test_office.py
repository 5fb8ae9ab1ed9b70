"""The office at work: drafts, the look through what many will read, the log, folders, and what cannot be."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from app.core import events
from tests.features.documents.conftest import pdf
from tests.pages import inspect

HOME = "/admin/documents"


def heard(monkeypatch: Any) -> list[dict[str, Any]]:
    """What is told of published documents from now on."""
    told: list[dict[str, Any]] = []
    listeners = {"test": lambda **facts: told.append(facts)}
    monkeypatch.setitem(events._listeners, "documents.published", listeners)
    return told


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"title": ""}, "Podaj tytuł."),
        ({"title": "x" * 201}, "najwyżej 200"),
        ({"title": "x" * 10_000}, "najwyżej 200"),
        ({"title": "a\u202eb"}, "bez znaków sterujących"),
        ({"category": "nonsense"}, "Wybierz rodzaj"),
        ({"access": "nonsense"}, "Wybierz, kto może zobaczyć"),
        ({"access": "units", "units": " , "}, "Podaj kod przynajmniej jednego lokalu"),
        ({"access": "units", "units": "L001, NIE-MA"}, "Nie ma w ewidencji: NIE-MA"),
        ({"access": "people", "people": "X" * 10_000}, "Nie ma w ewidencji"),
        ({"access": "buildings"}, "Wybierz przynajmniej jeden budynek"),
        ({"dated_on": "31.02.2026"}, "Podaj datę"),
        ({"dated_on": "0001-01-01"}, "1900–2199"),
        ({"valid_from": "2026-12-01", "valid_until": "2026-11-30"}, "zanim zacznie"),
        ({"note": "x" * 2001}, "najwyżej 2000"),
        ({"files": None}, "Wybierz plik."),
        ({"files": (BytesIO(b"MZ\x90"), "a.pdf")}, "nie przyjmujemy"),
        ({"files": (BytesIO(b"%PDF-1.7 <html><script>alert(1)</script> %%EOF"), "a.pdf")}, "nie da się otworzyć"),
        ({"files": (BytesIO(b"<svg onload=alert(1)>"), "a.svg")}, "nie przyjmujemy"),
        ({"files": (BytesIO(b""), "a.pdf")}, "pusty"),
    ],
)
def test_what_cannot_be_saved_is_said_and_stays_in_the_form(house: Any, values: dict[str, Any], sentence: str) -> None:
    answer = house.sent("hanna", f"{HOME}/new", **values)
    assert answer.status_code == 422, answer.status_code
    assert sentence in inspect(answer)
    assert house.sql("SELECT count(*) FROM documents") == [(0,)]


def test_the_same_form_twice_is_one_document(house: Any) -> None:
    for _time in range(2):
        assert house.sent("hanna", f"{HOME}/new", form_key="the-same").status_code == 303
    assert house.sent("ewa", f"{HOME}/new", form_key="the-same").status_code == 303, "another's key is another form"
    assert house.sql("SELECT count(*) FROM documents") == [(2,)]


def test_a_folder_that_is_not_there_is_no_place(house: Any) -> None:
    assert house.sent("hanna", f"{HOME}/new", folder="x" * 22).status_code == 404
    assert house.enter("hanna").get(f"{HOME}?folder={'x' * 22}").status_code == 404
    assert house.enter("O1").get(f"/documents/folders/{'x' * 22}").status_code == 404


def test_personal_data_in_what_many_will_read_waits_for_a_person(house: Any) -> None:
    file = (BytesIO(pdf("Protokol", "PESEL 44051401359", "lokal 12 zalega 300 zl")), "protokol.pdf")
    document = house.upload(title="Protokół", access="public", category="minutes", files=file)
    here = f"{HOME}/{document}"
    held = house.sent("hanna", f"{here}/publish", here)
    page = inspect(held)
    assert held.status_code == 422 and "PESEL" in page and "protokol.pdf" in page
    assert house.stranger.get(f"/public/documents/{document}").status_code == 404
    marks = page.split('name="guard_seen" value="', 1)[1].split('"', 1)[0]
    unsaid = house.sent("hanna", f"{here}/publish", here, guard_seen=marks, guard_confirmed="1")
    assert unsaid.status_code == 422 and "Napisz, dlaczego" in inspect(unsaid)
    done = house.sent(
        "hanna", f"{here}/publish", here, guard_seen=marks, guard_confirmed="1", guard_reason="numer przykładowy"
    )
    assert done.status_code == 303
    assert house.stranger.get(f"/public/documents/{document}").status_code == 200
    assert house.sql("SELECT subject, decided_by FROM guard_decisions") == [(f"document:{document}", "hanna")]


def test_what_one_household_reads_may_name_people(house: Any) -> None:
    file = (BytesIO(pdf("PESEL 44051401359")), "pismo.pdf")
    house.published(access="units", units="L001", files=file)


def test_more_readers_mean_looking_again(house: Any) -> None:
    file = (BytesIO(pdf("PESEL 44051401359")), "pismo.pdf")
    document = house.published(title="Pismo", access="units", units="L001", files=file)
    here = f"{HOME}/{document}"
    same = {"title": "Pismo", "category": "other", "access": "units", "units": "L001"}
    assert house.sent("hanna", f"{here}/edit", **same, number="5").status_code == 303
    assert house.enter("O1").get(f"/documents/{document}").status_code == 200, "its readers keep it"
    assert house.sent("hanna", f"{here}/edit", **{**same, "access": "public", "units": ""}).status_code == 303
    assert house.enter("O1").get(f"/documents/{document}").status_code == 404
    assert house.sent("hanna", f"{here}/publish", here).status_code == 422


def test_who_may_see_it_is_told_once_with_the_document(house: Any, monkeypatch: Any) -> None:
    told = heard(monkeypatch)
    logins = dict(house.sql("SELECT login, id FROM accounts"))
    for values, readers in (
        ({"access": "public"}, ("O1", "O2", "O3", "O4", "O5")),
        ({"access": "residents"}, ("O1", "O2", "O3", "O4", "O5")),
        ({"access": "members"}, ("O1",)),
        ({"access": "buildings", "buildings": "B9"}, ("O5",)),
        ({"access": "units", "units": "L001"}, ("O1", "O2")),
        ({"access": "units", "units": "L900", "dated_on": "2020-01-01"}, ()),
        ({"access": "people", "people": "O4"}, ("O4",)),
        ({"access": "staff"}, ()),
    ):
        told.clear()
        document = house.published(title="Nowość", **values)
        house.work()
        assert [fact["accounts"] for fact in told] == [sorted(logins[login] for login in readers)], values
        assert told[0]["cause"] == f"document:{document}:1" and told[0]["link"].endswith(f"/documents/{document}")
        house.work()
        assert len(told) == 1


def test_a_document_withdrawn_before_anybody_was_told_is_not_told(house: Any, monkeypatch: Any) -> None:
    told = heard(monkeypatch)
    document = house.upload(access="people", people="O1")
    here = f"{HOME}/{document}"
    house.sent("hanna", f"{here}/publish", here)
    house.sent("hanna", f"{here}/withdraw", here, reason="Pomyłka")
    house.work()
    assert told == []


def test_new_is_what_one_has_not_opened(house: Any) -> None:
    document = house.published(title="Świeży")
    assert "nowe" in inspect(house.enter("O1").get("/documents"))
    house.enter("O1").get(f"/documents/{document}")
    assert "nowe" not in house.enter("O1").get("/documents").text
    assert "nowe" in house.enter("O2").get("/documents").text
    here = f"{HOME}/{document}"
    house.sent("hanna", f"{here}/versions", here, files=(BytesIO(pdf("druga")), "b.pdf"))
    house.work()
    house.sent("hanna", f"{here}/publish", here)
    assert "nowe" in house.enter("O1").get("/documents").text, "a new version is news"
    house.sql("UPDATE documents SET changed_at = now() - interval '31 days'")
    assert "nowe" not in house.enter("O2").get("/documents").text


def test_the_log_says_who_opened_and_downloaded(house: Any) -> None:
    document = house.published(title="Statut", access="public", category="statute")
    version = house.sql("SELECT public_id FROM document_versions")[0][0]
    for _time in range(2):
        house.enter("O1").get(f"/documents/{document}")
        got = house.enter("O1").get(f"/documents/{document}/files/{version}")
    assert got.data.startswith(b"%PDF") and got.headers["Content-Disposition"].startswith("attachment;")
    assert got.headers["X-Content-Type-Options"] == "nosniff" and "no-store" in got.headers["Cache-Control"]
    house.stranger.get(f"/public/documents/{document}/files/{version}")
    house.enter("irena").get(f"{HOME}/{document}/files/{version}")
    rows = house.sql("SELECT side, act, account_id IS NULL FROM document_fetches ORDER BY id")
    assert rows == [
        ("resident", "opened", False), ("resident", "downloaded", False), ("resident", "downloaded", False),
        ("public", "downloaded", True), ("staff", "downloaded", False),
    ]  # fmt: skip
    page = inspect(house.enter("hanna").get(f"{HOME}/{document}/fetches"))
    assert "Anna Żółć" in page and "ktoś bez logowania" in page and "irena" in page
    assert house.enter("O1").get(f"{HOME}/{document}/fetches").status_code == 404


def test_validity_sorts_out_what_no_longer_holds(house: Any) -> None:
    house.published(title="Regulamin stary", valid_until="2020-12-31")
    house.published(title="Regulamin przyszły", valid_from="2199-01-01")
    page = inspect(house.enter("O1").get("/documents"))
    assert "Regulamin stary" not in page and "Regulamin przyszły" in page and "obowiązuje od" in page
    page = inspect(house.enter("O1").get("/documents?past=1"))
    assert "Regulamin stary" in page and "nie obowiązuje" in page


def test_folders_hold_what_their_reader_may_see(house: Any) -> None:
    def made(name: str, parent: str = "", page: str | None = None) -> Any:
        return house.sent("hanna", f"{HOME}/folders", page, name=name, parent=parent)

    def folder(name: str) -> str:
        return str(house.sql("SELECT public_id FROM document_folders WHERE name = :n", n=name)[0][0])

    assert made("Uchwały").status_code == 303
    assert made("uchwały").status_code == 422, "no two of one name in one place"
    assert made("2026", folder("Uchwały")).status_code == 303
    assert made("Puste").status_code == 303
    document = house.published(title="Uchwała o windzie", access="buildings", buildings="B1", folder=folder("2026"))
    top = inspect(house.enter("O1").get("/documents"))
    assert "Uchwały" in top and "Puste" not in top and "Uchwała o windzie" not in top
    inside = inspect(house.enter("O1").get(f"/documents/folders/{folder('Uchwały')}"))
    assert "2026" in inside
    assert f"/documents/{document}" in inspect(house.enter("O1").get(f"/documents/folders/{folder('2026')}"))
    assert "Uchwały" not in house.enter("O5").get("/documents").text
    assert house.enter("O5").get(f"/documents/folders/{folder('2026')}").status_code == 404
    assert house.stranger.get(f"/public/documents/folders/{folder('2026')}").status_code == 404
    full = house.sent("hanna", f"{HOME}/folders/{folder('Uchwały')}", f"{HOME}/folders", deed="remove")
    assert full.status_code == 422 and "W tej teczce coś jest" in inspect(full)
    gone = house.sent("hanna", f"{HOME}/folders/{folder('Puste')}", f"{HOME}/folders", deed="remove")
    assert gone.status_code == 303
    renamed = house.sent("hanna", f"{HOME}/folders/{folder('2026')}", f"{HOME}/folders", name="Rok 2026")
    assert renamed.status_code == 303 and "Rok 2026" in inspect(house.enter("hanna").get(HOME))
    for name in ("", "x" * 10_000, "a\u202eb"):
        assert made(name).status_code == 422
    deepest = folder("Rok 2026")
    for name in ("trzecia", "czwarta"):
        assert made(name, deepest).status_code == 303
        deepest = folder(name)
    assert made("piąta", deepest).status_code == 422
    house.sql("INSERT INTO staff_scopes SELECT id, 'B1' FROM accounts WHERE login = 'hanna'")
    assert made("Moja", page="/settings/password").status_code == 404, "folders are for all buildings"


def test_a_draft_may_be_deleted_but_not_what_somebody_has_read(house: Any) -> None:
    draft, read = house.upload(), house.published()
    assert house.sent("hanna", f"{HOME}/{draft}/discard", f"{HOME}/{draft}").status_code == 303
    assert house.enter("hanna").get(f"{HOME}/{draft}").status_code == 404
    assert house.sent("hanna", f"{HOME}/{read}/discard", f"{HOME}/{read}").status_code == 409


def test_what_the_law_wants_public_is_missed_until_it_is(house: Any) -> None:
    assert "protokoły lustracji" in inspect(house.enter("hanna").get(HOME))
    house.published(title="Lustracja 2025", category="lustration", access="residents")
    assert "protokoły lustracji" in house.enter("hanna").get(HOME).text
    house.published(title="Lustracja 2025", category="lustration", access="public")
    assert "protokoły lustracji" not in house.enter("hanna").get(HOME).text


def test_the_manager_s_texts_stand_among_the_documents_and_the_public_page_stays_open(house: Any) -> None:
    page = inspect(house.enter("O1").get("/documents"))
    assert 'href="/texts/terms"' in page and 'href="/texts/help"' in page
    assert 'href="/texts/terms"' in inspect(house.stranger.get("/public/documents"))
    assert 'href="/public/documents"' in house.stranger.get("/login").text
    assert house.stranger.get("/documents").status_code == 302


def test_one_s_copy_of_data_and_erasing_know_of_documents(house: Any) -> None:
    from sqlalchemy import select

    from app.accounts.models import Account
    from app.core.actor import Actor, Role, system
    from app.core.clock import today
    from app.personal import collecting
    from app.personal.commands.erasing import erase
    from tenants.db import db

    document = house.published(title="List do Darii", access="people", people="O4")
    house.enter("O4").get(f"/documents/{document}")

    def account() -> Any:
        return db.session.scalars(select(Account).where(Account.login == "O4")).one()

    def copied() -> dict[str, Any]:
        who = Actor("account", "O4", account_id=account().id, role=Role.RESIDENT, person_code="O4")
        return {table.name: table.rows for table in collecting.tables(who, today())}

    tables = house.do(copied)
    assert [row[0] for row in tables["dokumenty"]] == ["List do Darii"]
    assert [row[1:3] for row in tables["otwarte_dokumenty"]] == [("opened", "List do Darii")]
    house.do(lambda: erase(system("tests"), account(), messages=False))
    assert house.sql("SELECT count(*) FROM document_fetches WHERE account_id IS NOT NULL") == [(0,)]


def test_a_scan_is_pointed_out_because_nothing_can_look_it_through(house: Any) -> None:
    from PIL import Image

    made = BytesIO()
    Image.new("RGB", (40, 40), "white").save(made, "PNG")
    document = house.upload(title="Skan", access="public", files=(BytesIO(made.getvalue()), "skan.png"))
    assert "przejrzyj go przed publikacją" in inspect(house.enter("hanna").get(f"{HOME}/{document}"))
    mine = house.upload(title="Skan", access="units", units="L001", files=(BytesIO(made.getvalue()), "skan.png"))
    assert "przejrzyj go przed publikacją" not in house.enter("hanna").get(f"{HOME}/{mine}").text
