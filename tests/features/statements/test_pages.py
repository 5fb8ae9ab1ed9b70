"""Bank files as those who keep the accounts meet them: hand over, see, decide, take back; and who may not."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.accounts.commands import create_account
from app.core import work
from tenants.context import bind
from tests.features.imports.doing import query
from tests.features.statements import banks
from tests.features.statements.banks import Move
from tests.features.statements.doing import ACCOUNTS, ACTOR, bookings, credited, publish_books
from tests.pages import inspect
from worker import entry

PASSWORD = "Zielony-Kasztan-77"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
STRANGER = Move(45000, title="Czynsz za listopad", name="JÓZEF ŹDŹBŁO", payer="27114020040000300201355387")


class Desk:
    """A member of staff at their browser."""

    def __init__(self, app: Any, tenant: Any, login: str) -> None:
        self.app, self.tenant = app, tenant
        self.client = app.test_client()
        assert self.post("/login", {"login": login, "password": PASSWORD}, "/login").status_code in (302, 303)

    def get(self, path: str) -> Any:
        return self.client.get(path, base_url=f"http://{self.tenant.host}")

    def post(self, path: str, data: dict[str, Any], form: str = "/admin/statements/new") -> Any:
        found = TOKEN.search(self.get(form).text)
        sent = {**data, "csrf_token": found[1] if found else ""}
        return self.client.post(path, data=sent, base_url=f"http://{self.tenant.host}")

    def hand_over(self, content: bytes, name: str = "wyciag.sta", **fields: Any) -> Any:
        data = {"form": "auto", "encoding": "", **fields, "file": (io.BytesIO(content), name)}
        answer = self.post("/admin/statements/new", data)
        self.work_off()
        return answer

    def work_off(self) -> None:
        """What the workers do with the files that wait."""
        statement = "SELECT id FROM jobs WHERE name LIKE 'statements.%' AND state = 'waiting' ORDER BY id"
        for (row,) in query(self.app, self.tenant, statement):
            with self.app.app_context():
                entry.run(self.tenant.id, row)

    def waiting(self) -> str:
        """The address of the only payment that waits."""
        found = re.findall(
            r'href="(/admin/statements/payments/[\w-]{22})"', self.get("/admin/statements/payments").text
        )
        assert len(found) == 1, found
        return str(found[0])


@pytest.fixture
def desk(app: Any, tenant: Any, tmp_path: Path) -> Desk:
    publish_books(app, tenant, tmp_path / "first")
    with app.app_context(), bind(tenant):
        for login, role in (("ksiegowa", "accountant"), ("biuro", "clerk"), ("rada", "board")):
            create_account(ACTOR, login, [], role, f"{login}@example.pl", password=PASSWORD)
        work.commit()
    return Desk(app, tenant, "ksiegowa")


def test_a_file_is_taken_in_by_a_worker_and_shows_what_it_held(app: Any, desk: Desk) -> None:
    answer = desk.hand_over(banks.pko([Move(45000, target=ACCOUNTS["L1"]), STRANGER, Move(-8999, title="Prąd")]))
    assert answer.status_code == 303
    page = desk.get(answer.headers["Location"])
    inspect(page)
    for words in ("MT940, ISO-8859-2", "zgodne", "Plik wczytany", "<p>3 ", "czeka na księgowość", "do przypisania"):
        assert words in page.text, words
    assert credited(app, desk.tenant) == [("L1", 45000, "pending", None)]
    for path in ("/admin/statements", "/admin/statements/new", "/admin/statements/rules", "/admin/statements/payments"):
        inspect(desk.get(path))


def test_a_person_decides_with_suggestions_and_the_payer_is_known_from_then_on(app: Any, desk: Desk) -> None:
    desk.hand_over(banks.pko([STRANGER]))
    place = desk.waiting()
    page = desk.get(place)
    inspect(page)
    assert "L2 – Kościuszki 5/2 (nazwisko)" in page.text
    answer = desk.post(f"{place}/match", {"chosen": "L2", "learn": "y"})
    assert answer.status_code == 303 and bookings(app, desk.tenant) == [("credited", "L2", "person")]
    later = Move(46000, title="Czynsz za grudzień", payer=STRANGER.payer)
    desk.hand_over(banks.camt([later]))
    assert bookings(app, desk.tenant)[1] == ("credited", "L2", "payer")


def test_a_decision_that_is_not_to_be_remembered_teaches_nothing(app: Any, desk: Desk) -> None:
    desk.hand_over(banks.pko([STRANGER]))
    desk.post(f"{desk.waiting()}/match", {"chosen": "other", "unit": "l2"})
    desk.hand_over(banks.camt([Move(46000, title="Czynsz za grudzień", payer=STRANGER.payer)]))
    assert bookings(app, desk.tenant) == [("credited", "L2", "person"), ("queued", None, None)]


def test_undoing_a_match_takes_the_money_back_forgets_the_payer_and_stays_undone(app: Any, desk: Desk) -> None:
    desk.hand_over(banks.pko([STRANGER]))
    place = desk.waiting()
    desk.post(f"{place}/match", {"chosen": "L2", "learn": "y"})
    assert desk.post(f"{place}/undo", {}).status_code == 303
    assert credited(app, desk.tenant) == []
    desk.hand_over(banks.elixir([STRANGER, Move(46000, title="Czynsz za grudzień", payer=STRANGER.payer)]))
    assert bookings(app, desk.tenant) == [("queued", None, None), ("queued", None, None)]
    assert desk.post(f"{place}/undo", {}).status_code == 409


def test_money_that_is_nobodys_leaves_the_queue_and_can_come_back(app: Any, desk: Desk) -> None:
    desk.hand_over(banks.pko([STRANGER]))
    place = desk.waiting()
    desk.post(f"{place}/ignore", {})
    assert bookings(app, desk.tenant, "state") == [("ignored",)]
    desk.post(f"{place}/undo", {})
    assert bookings(app, desk.tenant, "state") == [("queued",)]


@pytest.mark.parametrize("unit", ["", "NIE-MA", "\0", "L" * 10_000, "L1\0"])
def test_a_unit_that_is_not_there_is_said_at_its_field(app: Any, desk: Desk, unit: str) -> None:
    desk.hand_over(banks.pko([STRANGER]))
    answer = desk.post(f"{desk.waiting()}/match", {"chosen": "other", "unit": unit})
    assert answer.status_code == (400 if "\0" in unit else 422)
    inspect(answer)
    assert credited(app, desk.tenant) == []


def test_a_statement_that_does_not_add_up_counts_when_a_person_says_so(app: Any, desk: Desk) -> None:
    answer = desk.hand_over(banks.pko([Move(45000, target=ACCOUNTS["L1"])], off=7))
    page = desk.get(answer.headers["Location"])
    inspect(page)
    accept = re.search(r'action="(/admin/statements/accept/[\w-]+)"', page.text)
    assert accept and credited(app, desk.tenant) == []
    assert desk.post(accept[1], {}).status_code == 303
    assert credited(app, desk.tenant) == [("L1", 45000, "pending", None)]
    assert desk.post(accept[1], {}).status_code == 409


def test_a_scheme_tells_whose_a_bare_payment_id_is(app: Any, desk: Desk) -> None:
    desk.hand_over(banks.isor([Move(45000, mass_id="154")]))
    assert bookings(app, desk.tenant) == [("queued", None, None)]
    form = "/admin/statements/rules"
    assert desk.post(form, {"prefix": "1020 1026 1234", "purpose": "Opłaty"}, form).status_code == 303
    assert bookings(app, desk.tenant) == [("credited", "L1", "mass")]
    assert desk.post(form, {"prefix": "1020 1026 1234", "purpose": "Opłaty"}, form).status_code == 409
    assert desk.post(form, {"prefix": "12x", "purpose": "Opłaty"}, form).status_code == 422


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "pusty.sta", "Plik jest pusty"),
        (b"zwykly tekst, nic wiecej\n", "list.txt", "nie wygląda na plik z banku"),
        (b"\x89PNG\r\n\x1a\n" + bytes(5000), "obraz.png", "nie jest plik tekstowy"),
        (banks.pko([STRANGER]).replace(b"CN450,00", b"CN45o,00"), "zly.sta", "Nie da się odczytać operacji"),
        (banks.mass([Move(45000, target=ACCOUNTS["L1"])], total=1), "wplaty.txt", "Podsumowanie pliku"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(
    app: Any, desk: Desk, content: bytes, name: str, sentence: str
) -> None:
    answer = desk.hand_over(content, name)
    page = desk.get(answer.headers["Location"]) if answer.status_code == 303 else answer
    assert sentence in page.text
    inspect(page)
    assert bookings(app, desk.tenant) == []


def test_a_zip_holds_many_files(app: Any, desk: Desk) -> None:
    paid = [Move(45000, target=ACCOUNTS["L1"])]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("dzien/ELX.txt", banks.elixir(paid))
        archive.writestr("dzien/SWR.txt", banks.elixir(paid, virtual=True))
        archive.writestr("czytaj.pdf", b"%PDF-1.7 nothing for us")
    answer = desk.hand_over(packed.getvalue(), "wyciagi.zip")
    page = desk.get(answer.headers["Location"])
    assert "Pominięto plik „czytaj.pdf”" in page.text
    assert credited(app, desk.tenant) == [("L1", 45000, "pending", None)]


@pytest.mark.parametrize("login", ["biuro", "rada"])
def test_for_others_there_are_no_such_pages(app: Any, desk: Desk, login: str) -> None:
    desk.hand_over(banks.pko([STRANGER]))
    place = desk.waiting()
    other = Desk(app, desk.tenant, login)
    assert other.get("/admin/statements").status_code == 404
    assert other.post(f"{place}/match", {"unit": "L1"}, "/settings").status_code == 404
    assert credited(app, desk.tenant) == []


def test_an_accountant_finds_payments_by_plain_letters_and_by_account(app: Any, desk: Desk) -> None:
    desk.hand_over(banks.pko([STRANGER, Move(100, title="Inna", name="OLGA", payer="83101010230000261395100000")]))
    for wanted, there, not_there in (("zdzblo", "JÓZEF", "OLGA"), ("8310 1010 23", "OLGA", "JÓZEF")):
        page = desk.get(f"/admin/statements/payments?q={wanted}").text
        assert there in page and not_there not in page
    for hostile in ("%", "x" * 10_000, "'"):
        assert desk.get(f"/admin/statements/payments?q={hostile}&show={hostile}&page={hostile}").status_code == 200
