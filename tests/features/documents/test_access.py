"""Who sees which documents, by every way there is to them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pages import inspect

PUBLIC, HOME, OFFICE = "/public/documents", "/documents", "/admin/documents"
EVERYBODY = ("O1", "O2", "O3", "O4", "O5")


def version_of(house: Any, document: str) -> str:
    return str(house.sql(
        "SELECT v.public_id FROM document_versions v JOIN documents d ON d.id = v.document_id "
        "WHERE d.public_id = :d ORDER BY v.number DESC LIMIT 1", d=document,
    )[0][0])  # fmt: skip


def ways(house: Any, document: str, base: str = HOME) -> list[str]:
    version = version_of(house, document)
    return [
        f"{base}/{document}",
        f"{base}/{document}/files/{version}",
        f"{base}/{document}/pages/{version}/1",
    ]


@pytest.mark.parametrize(
    ("values", "readers"),
    [
        ({"access": "public"}, EVERYBODY),
        ({"access": "residents"}, EVERYBODY),
        ({"access": "members"}, ("O1",)),
        ({"access": "buildings", "buildings": "B1"}, ("O1", "O2", "O3", "O4")),
        ({"access": "units", "units": "L001"}, ("O1", "O2")),
        ({"access": "people", "people": "O4"}, ("O4",)),
        ({"access": "staff"}, ()),
    ],
    ids=lambda value: value["access"] if isinstance(value, dict) else "",
)
def test_a_document_exists_for_its_readers_alone(house: Any, values: dict[str, str], readers: tuple[str, ...]) -> None:
    document = house.published(title="Zawiadomienie osobliwe", **values)
    for login in EVERYBODY:
        browser, sees = house.enter(login), login in readers
        for way in ways(house, document):
            assert browser.get(way).status_code == (200 if sees else 404), (login, way)
        listed = inspect(browser.get(HOME)) + inspect(browser.get(f"{HOME}/search?q=osobliwe"))
        assert ("Zawiadomienie osobliwe" in listed) == sees, login
    public = values["access"] == "public"
    for way in ways(house, document, PUBLIC):
        assert house.stranger.get(way).status_code == (200 if public else 404), way
    shown = inspect(house.stranger.get(PUBLIC)) + inspect(house.stranger.get(f"{PUBLIC}/search?q=osobliwe"))
    assert ("Zawiadomienie osobliwe" in shown) == public
    for login in ("hanna", "irena", "ewa"):
        assert "Zawiadomienie osobliwe" in inspect(house.enter(login).get(OFFICE))


def test_a_draft_and_a_withdrawn_document_are_nothing_to_anybody_but_the_office(house: Any) -> None:
    document = house.upload(title="Uchwała o dachu", access="public")
    everywhere = [*ways(house, document), *ways(house, document, PUBLIC)]

    def answers() -> set[int]:
        found = {house.enter("O1").get(way).status_code for way in everywhere}
        found |= {house.stranger.get(way).status_code for way in ways(house, document, PUBLIC)}
        lists = house.enter("O1").get(HOME).text + house.stranger.get(f"{PUBLIC}/search?q=dach").text
        assert ("Uchwała o dachu" in lists) == (found == {200})
        return found

    assert answers() == {404}
    assert house.sent("hanna", f"{OFFICE}/{document}/publish", f"{OFFICE}/{document}").status_code == 303
    assert answers() == {200}
    assert house.sent("hanna", f"{OFFICE}/{document}/withdraw", f"{OFFICE}/{document}", reason="").status_code == 422
    told = house.sent("hanna", f"{OFFICE}/{document}/withdraw", f"{OFFICE}/{document}", reason="Błąd w kwocie")
    assert told.status_code == 303
    assert answers() == {404}
    assert "Błąd w kwocie" in inspect(house.enter("hanna").get(f"{OFFICE}/{document}"))
    assert house.sent("hanna", f"{OFFICE}/{document}/reopen", f"{OFFICE}/{document}").status_code == 303
    assert answers() == {404}


def test_what_was_about_a_unit_before_one_held_it_is_not_ones_own(house: Any) -> None:
    old = house.published(title="Rozliczenie dawne", access="units", units="L900", dated_on="2020-12-31")
    new = house.published(title="Rozliczenie nowe", access="units", units="L900", dated_on="2021-05-01")
    page = inspect(house.enter("O5").get(HOME))
    assert "Rozliczenie nowe" in page and "Rozliczenie dawne" not in page
    assert house.enter("O5").get(f"{HOME}/{old}").status_code == 404
    assert house.enter("O5").get(f"{HOME}/{new}").status_code == 200


def test_a_withdrawn_version_gives_way_to_the_one_before(house: Any) -> None:
    from io import BytesIO

    from tests.features.documents.conftest import pdf

    document = house.published(title="Regulamin parkingu", access="units", units="L001")
    first = version_of(house, document)
    file = (BytesIO(pdf("Tajemnica lokatora")), "druga.pdf")
    here = f"{OFFICE}/{document}"
    assert house.sent("hanna", f"{here}/versions", here, files=file, version_note="Nowe stawki").status_code == 303
    second = version_of(house, document)
    page = inspect(house.enter("O1").get(f"{HOME}/{document}"))
    assert "Wcześniejsze wersje" in page and f"/files/{second}" in page and f"/files/{first}" in page
    assert house.sent("hanna", f"{here}/versions/{second}/withdraw", here).status_code == 303
    assert house.enter("O1").get(f"{HOME}/{document}/files/{second}").status_code == 404
    assert house.enter("O1").get(f"{HOME}/{document}/files/{first}").status_code == 200
    assert house.enter("hanna").get(f"{here}/files/{second}").status_code == 200, "the office still has it"
    last = house.sent("hanna", f"{here}/versions/{first}/withdraw", here)
    assert last.status_code == 422 and "Wycofaj cały dokument" in inspect(last)


def test_what_many_read_waits_until_its_new_version_is_published(house: Any) -> None:
    from io import BytesIO

    from tests.features.documents.conftest import pdf

    document = house.published(title="Cennik", access="public")
    here = f"{OFFICE}/{document}"
    file = (BytesIO(pdf("Nowy cennik")), "cennik2.pdf")
    assert house.sent("hanna", f"{here}/versions", here, files=file).status_code == 303
    second = version_of(house, document)
    assert house.stranger.get(f"{PUBLIC}/{document}/files/{second}").status_code == 404
    early = house.sent("hanna", f"{here}/publish", here)
    assert early.status_code == 409 and "Sprawdzamy jeszcze treść" in inspect(early)
    house.work()
    assert house.sent("hanna", f"{here}/publish", here).status_code == 303
    assert house.stranger.get(f"{PUBLIC}/{document}/files/{second}").status_code == 200


def test_staff_of_some_buildings_see_and_change_what_concerns_these(house: Any) -> None:
    far = house.published(title="Rozliczenie Dalekiej", access="units", units="L900")
    near = house.published(title="Rozliczenie Gwiaździstej", access="units", units="L001")
    both = house.published(title="Rozliczenie obu", access="units", units="L001\nL900")
    everybody = house.published(title="Statut", access="public", category="statute")
    house.sql("INSERT INTO staff_scopes SELECT id, 'B1' FROM accounts WHERE login = 'hanna'")
    page = inspect(house.enter("hanna").get(OFFICE))
    assert "Rozliczenie Gwiaździstej" in page and "Statut" in page and "Rozliczenie obu" in page
    assert "Rozliczenie Dalekiej" not in page
    for document, seen, changed in ((far, 404, 404), (near, 200, 200), (both, 200, 404), (everybody, 200, 404)):
        assert house.enter("hanna").get(f"{OFFICE}/{document}").status_code == seen
        assert house.enter("hanna").get(f"{OFFICE}/{document}/edit").status_code == changed
        answer = house.sent("hanna", f"{OFFICE}/{document}/withdraw", "/settings/password", reason="x")
        assert answer.status_code == (303 if changed == 200 else 404)
    refused = house.sent("hanna", f"{OFFICE}/new", access="residents")
    assert refused.status_code == 422 and "wybierz budynki, lokale albo osoby" in inspect(refused)
    refused = house.sent("hanna", f"{OFFICE}/new", access="units", units="L900")
    assert refused.status_code == 422 and "Nie ma w ewidencji: L900" in inspect(refused)


def test_the_board_reads_and_changes_nothing(house: Any) -> None:
    document = house.published()
    board = house.enter("irena")
    page = inspect(board.get(f"{OFFICE}/{document}"))
    assert "Wycofaj" not in page and "Dodaj nową wersję" not in page
    assert board.get(f"{OFFICE}/new").status_code == board.get(f"{OFFICE}/{document}/edit").status_code == 404
    for deed in ("publish", "withdraw", "reopen", "discard", "versions"):
        assert house.sent("irena", f"{OFFICE}/{document}/{deed}", "/settings/password").status_code == 404


def test_staff_with_a_residents_eyes_read_and_leave_no_mark_of_the_residents(house: Any) -> None:
    from app.core.actor import Actor, Role
    from app.documents import queries
    from app.documents.commands.fetching import note

    document = house.published(access="units", units="L001")

    def watch() -> None:
        account = house_account("O1")
        who = Actor("account", "O1", account_id=account, role=Role.RESIDENT, person_code="O1", watcher="hanna")
        from app.accounts.holdings import holdings
        from app.core.clock import today

        reader = queries.resident(who, holdings(who, today()))
        note(who, reader.file(document, version), "opened")

    def house_account(login: str) -> int:
        from sqlalchemy import text

        from tenants.db import db

        found: int = db.session.execute(text("SELECT id FROM accounts WHERE login = :l"), {"l": login}).scalar_one()
        return found

    version = version_of(house, document)
    house.do(watch)
    seen = "SELECT a.login, f.side FROM document_fetches f JOIN accounts a ON a.id = f.account_id"
    assert house.sql(seen) == [("hanna", "staff")]
    assert "nowe" in house.enter("O1").get(HOME).text
