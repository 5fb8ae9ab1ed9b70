"""A copy of one's data: everything of one's own, nothing of anybody else's, and no secret."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from sqlalchemy import text

from app.core.clock import local, now
from tests.features.notifications.conftest import PASSWORD

HOME = "/settings/data"
SECRET = "TAJNE-SLOWO-W-LINKU"


def copy(visitor: Any) -> dict[str, bytes]:
    answer = visitor.post(f"{HOME}/copy", {}, form=HOME)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/zip"
    assert "attachment" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def table(files: dict[str, bytes], name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(files[f"tabele/{name}.csv"].decode("utf-8-sig")), delimiter=";"))


@pytest.fixture
def lived_in(house: Any) -> Any:
    """Two residents with something in every part."""
    from app.outbox.commands import post

    for login, unit in (("P1", "U1"), ("P2", "U2")):
        account = house.resident(login, f"{login.lower()}@example.org", "+48601000001")
        house.sql(
            "INSERT INTO ledger_entries (since_revision, entry, unit_code, kind, account, booked_on, debit, credit, "
            "title) VALUES (1, :login, :unit, 'charge', 'rent', '2026-11-01', 123456, 0, :title)",
            login=login, unit=unit, title=f"=Czynsz {login}",
        )  # fmt: skip
        house.sql(
            "INSERT INTO notification_choices (account_id, kind, channel, wanted) "
            "VALUES (:id, 'balance', 'email', true)",
            id=account,
        )
        house.sql("INSERT INTO text_acceptances (account_id, kind, version) VALUES (:id, 'terms', 3)", id=account)
        house.sql(
            "INSERT INTO message_threads (public_id, account_id, category, subject) VALUES (:key, :id, 'other', :said)",
            key=f"t-{login}", id=account, said=f"Sprawa {login}",
        )  # fmt: skip
        house.sql(
            "INSERT INTO messages (public_id, thread_id, side, author_name, body) "
            "SELECT :key, id, 'resident', 'x', :said FROM message_threads WHERE public_id = :thread",
            key=f"m-{login}", thread=f"t-{login}", said=f"Treść od {login}",
        )  # fmt: skip
        house.sql(
            "INSERT INTO registrations (public_id, form_key, digest, way, state, first_name, last_name, role, unit, "
            "account_id) VALUES (:key, :key, '\\x00', 'form', 'approved', :key, 'x', 'owner', 'U', :id)",
            key=f"wniosek-{login}", id=account,
        )  # fmt: skip

        def letters(login: str = login, public_id: str = house_id(house, login)) -> None:
            for secret, link in ((True, SECRET), (False, f"http://x.example/{login}")):
                post(
                    "password_reset" if secret else "books_published", f"c-{login}-{secret}", f"account:{public_id}",
                    f"{login.lower()}@example.org",
                    context={"link": link, "login": login, "minutes": 30, "as_of": "2026-11-21T02:30:00+00:00"},
                )  # fmt: skip

        house.do(letters)
    return house


def house_id(house: Any, login: str) -> str:
    return str(house.sql("SELECT public_id FROM accounts WHERE login = :login", login=login)[0][0])


def test_all_that_is_ones_own_and_nothing_else(lived_in: Any, enter: Any) -> None:
    enter("P2")
    files = copy(enter("P1"))
    words = "\n".join(body.decode() for body in files.values())
    for own in ("Łucja", "p1@example.org", "+48601000001", "Czynsz P1", "Sprawa P1", "Treść od P1", "wniosek-P1",
                "http://x.example/P1", f"{local(now()):%Y-%m-%d}", "account.logged_in"):  # fmt: skip
        assert own in words, own
    for foreign in ("Nowak", "p2@example.org", "Czynsz P2", "P2", "U2"):
        assert foreign not in words, foreign
    assert table(files, "konto")[1][0] == "P1"
    assert table(files, "zgody")[1][:2] == ["terms", "3"]
    assert table(files, "wybory_powiadomien")[1][:3] == ["balance", "email", "tak"]
    assert len(table(files, "urzadzenia")) == 2
    assert table(files, "rozrachunki")[1][8] == "1234,56"
    assert house_id(lived_in, "P1") not in words


@pytest.fixture
def with_files(lived_in: Any) -> Any:
    """P1 and P2 have each a file in a conversation, one addressed to them by name, and one of their unit."""
    from app.attachments.checking import checked
    from app.attachments.commands import keep
    from app.attachments.rules import DOCUMENTS
    from tenants.db import db

    def fill() -> None:
        for login, unit in (("P1", "U1"), ("P2", "U2")):
            for what in ("rozmowa", "imienny", "lokal", "szkic"):
                kept = keep(checked(f"{what}.txt", f"{what} {login}".encode(), DOCUMENTS))
                given = {"file": kept.id, "login": login, "unit": unit, "what": what, "key": f"{what}-{login}"}
                if what == "rozmowa":
                    db.session.execute(text(_MESSAGE_FILE), given)
                else:
                    for statement in _DOCUMENT:
                        db.session.execute(text(statement), given)

    lived_in.do(fill)
    return lived_in


_MESSAGE_FILE = (
    "INSERT INTO message_files (public_id, message_id, name, content_type, size, sha256, file_id) "
    "SELECT :key, m.id, 'rozmowa.txt', s.content_type, s.size, s.sha256, s.id FROM messages m, stored_files s "
    "WHERE m.public_id = 'm-' || :login AND s.id = :file"
)
_DOCUMENT = (
    "INSERT INTO documents (public_id, title, category, access, state, created_by, published_at) "
    "VALUES (:key, :key, 'other', CASE :what WHEN 'lokal' THEN 'units' ELSE 'people' END, "
    "CASE :what WHEN 'szkic' THEN 'draft' ELSE 'published' END, 'tests', now())",
    "INSERT INTO document_targets (document_id, kind, code) SELECT id, CASE :what WHEN 'lokal' THEN 'unit' "
    "ELSE 'person' END, CASE :what WHEN 'lokal' THEN :unit ELSE :login END FROM documents WHERE public_id = :key",
    "INSERT INTO document_versions (public_id, document_id, number, file_id, name, added_by, released_at) "
    "SELECT :key, id, 1, :file, :what || '.txt', 'tests', CASE :what WHEN 'szkic' THEN NULL ELSE now() END "
    "FROM documents WHERE public_id = :key",
)


def test_files_of_ones_own_come_along_as_they_are(with_files: Any, enter: Any) -> None:
    files = copy(enter("P1"))
    found = {name.partition("-")[2]: body for name, body in files.items() if name.endswith(".txt")}
    assert found == {"rozmowa.txt": b"rozmowa P1", "imienny.txt": b"imienny P1", "lokal.txt": b"lokal P1"}
    assert {name.partition("/")[0] for name in files if name.endswith(".txt")} == {"zalaczniki", "dokumenty"}
    manifest = {line["name"]: line["sha256"] for line in json.loads(files["spis.json"])["files"]}
    assert all(manifest[name] == hashlib.sha256(body).hexdigest() for name, body in files.items() if name in manifest)


def test_what_is_too_much_or_lost_is_named_and_the_rest_comes(with_files: Any, enter: Any, monkeypatch: Any) -> None:
    from app.personal import archive

    with_files.sql("UPDATE stored_files SET verdict = 'infected' WHERE id IN (SELECT file_id FROM message_files)")
    monkeypatch.setattr(archive, "MOST_BYTES", len(b"imienny P1"))
    files = copy(enter("P1"))
    assert [body for name, body in files.items() if name.endswith(".txt")] == [b"imienny P1"]
    assert json.loads(files["spis.json"])["left_out"] == ["rozmowa.txt", "lokal.txt"]
    assert "lokal.txt" in files["PRZECZYTAJ.html"].decode()


def test_a_large_copy_takes_little_memory(with_files: Any, enter: Any) -> None:
    import os
    import tracemalloc

    from app.attachments.checking import checked
    from app.attachments.commands import keep
    from app.attachments.rules import TXT
    from tenants.db import db

    def grow() -> None:
        content = os.urandom(15 << 20).hex().encode()[: 24 << 20]
        kept = keep(checked("duzy.txt", content, frozenset({TXT})))
        moved = "UPDATE document_versions SET file_id = :file WHERE name = 'lokal.txt'"
        db.session.execute(text(moved), {"file": kept.id})

    with_files.do(grow)
    visitor = enter("P1")
    tracemalloc.start()
    answer = visitor.post(f"{HOME}/copy", {}, form=HOME)
    size = sum(len(piece) for piece in answer.response)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 10 << 20 and peak < 10 << 20, (size, peak)


def test_no_secret_leaves_with_it(lived_in: Any, enter: Any) -> None:
    files = copy(enter("P1"))
    words = "\n".join(body.decode() for body in files.values())
    assert SECRET not in words
    assert PASSWORD not in words
    hashes = lived_in.sql("SELECT password_hash FROM accounts WHERE login = 'P1'")
    assert hashes[0][0] not in words
    assert "Nowe hasło do portalu" in [row[5] for row in table(files, "listy")]


def test_the_list_of_files_is_right_and_the_tables_run_no_formulas(lived_in: Any, enter: Any) -> None:
    files = copy(enter("P1"))
    manifest = json.loads(files["spis.json"])
    assert {line["name"] for line in manifest["files"]} == set(files) - {"spis.json"}
    for line in manifest["files"]:
        assert line["sha256"] == hashlib.sha256(files[line["name"]]).hexdigest()
        assert line["bytes"] == len(files[line["name"]])
    assert table(files, "rozrachunki")[1][4] == "'=Czynsz P1"
    assert json.loads(files["dane.json"])["rozrachunki"]["rows"][0]["Tytuł"] == "=Czynsz P1"
    page = files["PRZECZYTAJ.html"].decode()
    assert page.startswith("<!doctype html>")
    assert "=Czynsz P1" in page


def test_every_download_is_noted_and_there_are_only_a_few_an_hour(lived_in: Any, enter: Any) -> None:
    visitor = enter("P1")
    for _time in range(5):
        copy(visitor)
    refused = visitor.post(f"{HOME}/copy", {}, form=HOME)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert len(lived_in.sql("SELECT 1 FROM audit_entries WHERE action = 'personal.downloaded'")) == 5


def test_a_resident_who_lodges_gets_no_debts_of_the_owner(lived_in: Any, enter: Any) -> None:
    lived_in.sql(
        "INSERT INTO occupancies (since_revision, unit_code, person_code, role, from_on) "
        "VALUES (1, 'U1', 'P2', 'tenant', '2021-01-01')"
    )
    files = copy(enter("P2"))
    assert "Czynsz P1" not in files["dane.json"].decode()
    assert [row[0] for row in table(files, "lokale")[1:]] == ["U1", "U2"]


@pytest.fixture
def given_again(lived_in: Any) -> Any:
    """The login P1 after its first account was closed and another person got one of the same name."""
    from app.accounts.commands.leaving import close
    from app.accounts.models import Account
    from app.core.actor import system
    from app.outbox.commands import post
    from tenants.db import db

    def write(cause: str) -> None:
        words = {"subject": f"Temat {cause}", "body_text": f"Pismo {cause}"}
        post("mailout", cause, "account:P1", "p1@example.org", context=words)

    first = int(lived_in.sql("SELECT id FROM accounts WHERE login = 'P1'")[0][0])
    lived_in.do(lambda: write("DO-PIERWSZEJ"))
    lived_in.sql(
        "INSERT INTO audit_entries (actor_kind, actor, action, subject, address) "
        "VALUES ('account', 'P1', 'account.logged_in', 'P1', '198.51.100.77')"
    )
    lived_in.do(lambda: close(system("tests"), db.session.get_one(Account, first), ""))
    lived_in.resident("P1", "nowa@example.org")
    lived_in.do(lambda: write("DO-DRUGIEJ"))
    lived_in.sql("UPDATE outbox_items SET live = false, state = 'sent', sent_at = now() WHERE letter = 'mailout'")
    return lived_in


def test_who_got_a_login_that_was_somebody_elses_gets_nothing_of_theirs(given_again: Any, enter: Any) -> None:
    words = "\n".join(body.decode() for body in copy(enter("P1")).values())
    assert "DO-DRUGIEJ" in words
    for foreign in ("DO-PIERWSZEJ", "198.51.100.77"):
        assert foreign not in words, foreign


def test_erasing_an_account_leaves_the_letters_of_who_has_its_login_now(given_again: Any) -> None:
    from app.accounts.models import Account
    from app.core.actor import system
    from app.personal.commands.erasing import erase
    from tenants.db import db

    first = int(given_again.sql("SELECT min(id) FROM accounts WHERE login = 'P1'")[0][0])
    given_again.do(lambda: erase(system("tests"), db.session.get_one(Account, first), messages=False))
    kept = given_again.sql("SELECT cause, address IS NULL FROM outbox_items WHERE letter = 'mailout' ORDER BY id")
    assert kept == [("DO-PIERWSZEJ", True), ("DO-DRUGIEJ", False)]


def test_every_table_that_refers_to_accounts_is_shown_and_erased_or_says_why_not(app: Any) -> None:
    from app.personal import collecting
    from app.personal.commands import erasing
    from tenants.db import tenant_metadata

    shown = " ".join(read.statement for read in collecting._READS)
    wiped = " ".join((*erasing._STATEMENTS, *erasing._MESSAGES, str(erasing._FILES)))
    for found in tenant_metadata().sorted_tables:
        if not any(key.column.table.name == "accounts" for key in found.foreign_keys):
            continue
        assert found.name in collecting.NOT_SHOWN or found.name in shown, (
            f"{found.name} is not in the copy of one's data"
        )
        assert found.name in erasing.NOT_ERASED or found.name in wiped, f"{found.name} is not erased"
