"""Mailouts: who is in an audience, one row each, once however often it is asked for."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.core.actor import system
from app.core.errors import Refused
from app.mailouts import rules

BOOKS = """
INSERT INTO buildings (since_revision, code, street, number, postcode, city) VALUES
 (1, 'B1', 'Lipowa', '1', '00-001', 'Łódź'), (1, 'B2', 'Lipowa', '2', '00-001', 'Łódź');
INSERT INTO units (since_revision, code, building_code, number, area) VALUES
 (1, 'U1', 'B1', '1', 40), (1, 'U2', 'B1', '2', 50), (1, 'U3', 'B2', '1', 60), (1, 'U4', 'B2', '2', 60);
INSERT INTO people (since_revision, code, first_name, last_name, company, email) VALUES
 (1, 'P1', 'Łucja', 'Żak', NULL, 'lucja@example.org'), (1, 'P2', 'Jan', 'Nowak', NULL, NULL),
 (1, 'P3', NULL, NULL, 'Firma <x>', 'firma@example.org'), (1, 'P4', 'Ewa', 'Dawna', NULL, 'ewa@example.org'),
 (1, 'P5', 'Adam', 'Pary', NULL, 'lucja@example.org'), (1, 'P6', 'Zły', 'Adres', NULL, 'zły adres');
INSERT INTO occupancies (since_revision, unit_code, person_code, role, from_on, to_on) VALUES
 (1, 'U1', 'P1', 'owner', '2020-01-01', NULL), (1, 'U2', 'P1', 'owner', '2020-01-01', NULL),
 (1, 'U1', 'P5', 'co-owner', '2020-01-01', NULL), (1, 'U2', 'P2', 'tenant', '2020-01-01', NULL),
 (1, 'U3', 'P3', 'owner', '2020-01-01', NULL), (1, 'U3', 'P4', 'owner', '2010-01-01', '2019-12-31'),
 (1, 'U3', 'P6', 'tenant', '2020-01-01', NULL);
INSERT INTO accounts (public_id, login, login_key, role, email, person_code, locale) VALUES
 ('a1', 'L1', 'l1', 'resident', 'nowa@example.org', 'P1', 'en'),
 ('a2', 'L2', 'l2', 'resident', 'guest@example.org', NULL, NULL),
 ('a3', 'L3', 'l3', 'resident', 'FIRMA@example.org', NULL, NULL),
 ('a4', 'boss', 'boss', 'admin', 'boss@example.org', NULL, NULL);
INSERT INTO account_units (account_id, unit_code, since)
 SELECT id, 'U4', '2020-01-01' FROM accounts WHERE login IN ('L2', 'boss');
INSERT INTO account_units (account_id, unit_code, since) SELECT id, 'U3', '2020-01-01' FROM accounts WHERE login = 'L3';
INSERT INTO mail_optouts (address, topic) VALUES ('firma@example.org', 'mailouts');
"""


@pytest.fixture
def books(outbox: Any) -> Any:
    """Six people, four units, four logins."""
    for statement in BOOKS.split(";\n"):
        if statement.strip():
            outbox.sql(statement)
    return outbox


def sent(books: Any, audience: Any = None, key: str | None = None, body: str = "Treść") -> str:
    from app.core import work
    from app.mailouts.commands import send

    with books.bound():
        public_id = send(system("tests"), "Temat", body, audience, key)
        work.commit()
    return public_id


def rows(books: Any) -> list[Any]:
    return books.rows("recipient_key, address, state, reason", "ORDER BY recipient_key")


EVERYONE = [
    ("account:L2", "guest@example.org", "queued", None),
    ("person:P1", "nowa@example.org", "queued", None),
    ("person:P2", None, "skipped", "no_address"),
    ("person:P3", "firma@example.org", "skipped", "declined"),
    ("person:P5", "lucja@example.org", "queued", None),
    ("person:P6", "zły adres", "skipped", "bad_address"),
]


def test_one_row_for_each_person(books: Any) -> None:
    public_id = sent(books)
    assert rows(books) == EVERYONE
    assert books.sql("SELECT public_id, recipients, created_by FROM mailouts") == [(public_id, 6, "tests")]
    assert books.sql("SELECT action FROM audit_entries WHERE subject LIKE 'mailout:%'") == [("mailout.sent",)]
    drains = books.sql("SELECT name, key, lane FROM jobs WHERE name LIKE 'outbox.%'")
    assert drains == [("outbox.drain", "bulk", "bulk")]


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        ({"buildings": ["B1"]}, ["person:P1", "person:P2", "person:P5"]),
        ({"units": ["U3"]}, ["person:P3", "person:P6"]),
        ({"units": ["U4"]}, ["account:L2"]),
        ({"buildings": ["B1"], "units": ["U4"]}, ["account:L2", "person:P1", "person:P2", "person:P5"]),
    ],
)
def test_audiences(books: Any, audience: Any, expected: list[str]) -> None:
    sent(books, audience)
    assert [row[0] for row in rows(books)] == expected


@pytest.mark.parametrize(
    "audience",
    [[], "all", {}, {"all": False}, {"all": True, "units": ["U1"]}, {"x": 1}, {"units": "U1"}, {"units": [1]},
     {"units": [""]}, {"buildings": ["B9"]}, {"units": ["U1", "U9"]}],
)  # fmt: skip
def test_audiences_that_are_refused(books: Any, audience: Any) -> None:
    with pytest.raises(Refused) as found:
        sent(books, audience)
    assert found.value.field == "audience"
    assert rows(books) == []
    assert books.sql("SELECT count(*) FROM mailouts") == [(0,)]


def test_twenty_clicks_are_one_mailout(books: Any) -> None:
    def click(_number: int) -> str:
        return sent(books, key="one-form")

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(click, range(20)))) == 1
    assert rows(books) == EVERYONE
    assert books.sql("SELECT count(*) FROM mailouts") == [(1,)]


def test_personal_words_are_filled_in_literally(books: Any, crooked: Any, mailer: Any) -> None:
    sent(books, {"buildings": ["B1"]}, body="{imię} {nazwisko}: {lokal} {{7*7}} {x}")
    books.turn(mailer)
    texts = dict(crooked.messages)
    assert b"=C5=81ucja =C5=BBak: Lipowa 1/1, Lipowa 1/2 {{7*7}} {x}" in texts["nowa@example.org"]
    assert b"Adam Pary: Lipowa 1/1 {{7*7}} {x}" in texts["lucja@example.org"]


def test_reach_preview_and_results(books: Any, crooked: Any, mailer: Any) -> None:
    from app.audience import queries as audiences
    from app.audience.rules import Audience
    from app.mailouts import queries
    from app.outbox.letters import MAILOUTS

    actor = system("tests")
    with books.bound():
        assert audiences.reach(actor, Audience(), MAILOUTS) == audiences.Reach(6, 3, 2, 1, 0, 6)
        assert audiences.buildings(actor) == [("B1", "Lipowa 1"), ("B2", "Lipowa 2")]
    public_id = sent(books)
    crooked.faults["RCPT"].append(b"550 no such mailbox")
    books.turn(mailer)
    with books.bound():
        counts = queries.mailout(actor, public_id).counts
        problems = queries.problems(actor, public_id)
        page = queries.mailouts(actor)
    assert (counts.recipients, counts.sent, counts.failed, counts.skipped, counts.waiting) == (6, 2, 1, 3, 0)
    why = {problem.code: problem.reason for problem in problems.rows}
    assert (why["P2"], why["P6"]) == ("Brak adresu e-mail", "Niepoprawny adres e-mail")
    assert problems.total == 4
    assert [row.public_id for row in page.rows] == [public_id]


@pytest.mark.parametrize("line", ["", " ", "a\nb", "a\r\nBcc: x", "a\u2028b", "x" * 201, "a\x1cb"])
def test_subjects_that_are_refused(line: str) -> None:
    with pytest.raises(Refused):
        rules.subject(line)


def test_bodies() -> None:
    assert rules.body(" a\r\nb\x00\x1b[31m\n") == "a\nb[31m"
    for text in ("", " \n", "\x00", "x" * (rules.BODY_LENGTH + 1)):
        with pytest.raises(Refused):
            rules.body(text)


def test_the_command_line(app: Any, books: Any, tmp_path: Any) -> None:
    body = tmp_path / "body.txt"
    body.write_text("Treść", encoding="utf-8")
    words = ["mailouts", "send", books.tenant.slug, "--subject", "Temat", "--body-file", str(body), "--json"]
    done = app.test_cli_runner().invoke(args=words)
    assert done.exit_code == 0, done.stderr
    result = json.loads(done.stdout)
    assert list(result) == ["mailout", "recipients", "sent", "failed", "skipped"]
    assert list(result.values())[1:] == [6, 0, 0, 3]


@pytest.mark.parametrize(
    ("audience", "code"), [("{bad", 2), ('{"units": ["U9"]}', 1), ('{"x": 1}', 1), ('{"units": ["U1"]}', 0)]
)
def test_exit_codes_of_the_command_line(app: Any, books: Any, audience: str, code: int) -> None:
    words = ["mailouts", "send", books.tenant.slug, "--subject", "Temat", "--body-file", "-", "--audience", audience]
    done = app.test_cli_runner().invoke(args=words, input="Treść")
    assert done.exit_code == code
    assert bool(done.stdout) == (code == 0)
    if "U9" in audience:
        assert "U9" in done.stderr
