"""A mailout before and while it goes: personal words and papers, three channels, a second person, its own hour."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from app.core.actor import Actor, Can, Role, system
from app.core.errors import Conflict, NotThere, Refused
from app.mailouts import rules
from app.mailouts.rules import Channels, Order
from tests.features.audience.conftest import BOOKS

CHARGES = """
INSERT INTO components (since_revision, code, name, basis) VALUES (1, 'EKS', 'Eksploatacja', 'm2');
INSERT INTO charges (since_revision, unit_code, component_code, from_on, quantity, price, amount) VALUES
 (1, 'U1', 'EKS', '2026-01-01', 40, 3.5, 14000), (1, 'U2', 'EKS', '2026-01-01', 50, 3.5, 17500),
 (1, 'U4', 'EKS', '2026-01-01', 60, 3.5, 21000);
INSERT INTO office_profile (id, name, kind) VALUES (1, 'SM „Lipowa”', 'cooperative')
"""


@pytest.fixture
def books(outbox: Any) -> Any:
    for statement in (BOOKS + ";\n" + CHARGES).split(";\n"):
        if statement.strip():
            outbox.sql(statement)
    return outbox


def clerk(number: int, *, role: Role = Role.CLERK) -> Actor:
    return Actor(kind="account", login=f"k{number}", name=f"Klerk {number}", account_id=900 + number, role=role,
                 can=frozenset({Can.SEND_MAILOUTS, Can.SEE_MAILOUTS, Can.SEE_RESIDENTS}))  # fmt: skip


def sent(books: Any, order: Order, who: Actor | None = None) -> str:
    from app.core import work
    from app.mailouts import commands

    with books.bound():
        public_id = commands.write(who or system("tests"), order)
        commands.launch(who or system("tests"), public_id)
        work.commit()
    return public_id


def do(books: Any, name: str, *arguments: Any) -> Any:
    from app.core import work
    from app.mailouts import commands

    with books.bound():
        found = getattr(commands, name)(*arguments)
        work.commit()
    return found


def by_channel(books: Any, channel: str) -> dict[str, tuple[Any, ...]]:
    found = books.sql(
        f"SELECT recipient_key, address, state, reason, context FROM outbox_items WHERE channel = '{channel}'"
    )
    return {row[0]: row[1:] for row in found}


def attachments(message: bytes) -> list[tuple[str, bytes]]:
    found = message_from_bytes(message).walk()
    return [(part.get_filename() or "", part.get_payload(decode=True) or b"") for part in found if part.get_filename()]  # type: ignore[misc]


def revise(books: Any, code: str, **changes: Any) -> None:
    """A person as the next books tell: rows are closed and written anew, never edited."""
    books.sql(f"UPDATE people SET until_revision = 2 WHERE code = '{code}' AND until_revision IS NULL")
    columns = ("first_name", "last_name", "email", "phone", "member", "street", "number", "postcode", "city")
    given = ", ".join(
        ("NULL" if changes[one] is None else f"'{changes[one]}'") if one in changes else one for one in columns
    )
    books.sql(
        f"INSERT INTO people (since_revision, code, {', '.join(columns)}) SELECT 2, code, {given} FROM people "
        f"WHERE code = '{code}' AND until_revision = 2"
    )


def said(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_money_is_told_to_who_settles_and_to_nobody_else(books: Any) -> None:
    order = Order("Saldo", "{nazwisko}: {saldo}, {zaległość}, {opłata}", {"buildings": ["B1"]}, skip_missing=True)
    sent(books, order)
    letters = by_channel(books, "email")
    assert letters["person:P1"][3]["fields"] == {
        "imię": "Anna", "nazwisko": "Adamska", "lokal": "Lipowa 1/1, Lipowa 1/2", "saldo": "1\u00a0200,00\u00a0zł",
        "zaległość": "300,00\u00a0zł", "opłata": "315,00\u00a0zł", "rachunek": "61 1090 1014 0000 0712 1981 2874",
    }  # fmt: skip
    assert letters["person:P2"][1:3] == ("skipped", "no_address")
    assert "fields" not in letters["person:P2"][3]


def test_nothing_is_sent_while_somebody_lacks_a_word(books: Any) -> None:
    with pytest.raises(Refused) as refusal:
        sent(books, Order("Saldo", "Saldo: {saldo}", {"units": ["U1"]}))
    assert "Bogdan Bąk ({saldo})" in refusal.value.message
    assert books.sql("SELECT count(*) FROM outbox_items") == [(0,)]
    sent(books, Order("Saldo", "Saldo: {saldo}", {"units": ["U1", "U4"]}, skip_missing=True))
    letters = by_channel(books, "email")
    assert letters["person:P4"][1:3] == ("queued", None)
    assert letters["account:L6"][1:3] == ("skipped", "missing")


def test_each_gets_the_notice_of_their_own_units(books: Any, crooked: Any, mailer: Any) -> None:
    sent(books, Order("Opłaty", "W załączniku.", {"units": ["U1", "U4"]}, papers=("charges",), skip_missing=True))
    books.turn(mailer)
    messages = dict(crooked.messages)
    assert sorted(messages) == ["anna@example.org", "darek@example.org", "gosc@example.org"]
    ((name, made),) = attachments(messages["anna@example.org"])
    assert name == "Zawiadomienie o wysokości opłat U1.pdf"
    words = said(made)
    assert "Anna Adamska" in words
    assert "140,00" in words
    assert "210,00" not in words
    ((_name, other),) = attachments(messages["darek@example.org"])
    assert "210,00" in said(other)


def test_files_go_to_the_unit_whose_code_they_bear(books: Any, crooked: Any, mailer: Any) -> None:
    from app.attachments.checking import checked
    from app.core import work
    from app.mailouts import commands, paper

    with books.bound():
        first, second = (paper.one("Rozliczenie", word, word, ("ul. X 1",), []) for word in ("Kasztan", "Jawor"))
        public_id = commands.write(
            system("tests"), Order("Rozliczenie", "W załączniku.", {"all": True}, skip_missing=True)
        )
        files = [checked("rozliczenie_U1.pdf", first), checked("U4 2026.pdf", second), checked("x U44.pdf", second)]
        assert commands.add_unit_files(system("tests"), public_id, files) == ["x U44.pdf"]
        commands.launch(system("tests"), public_id)
        work.commit()
    books.turn(mailer)
    messages = dict(crooked.messages)
    assert sorted(messages) == ["anna@example.org", "darek@example.org", "gosc@example.org"]
    assert [name for name, _body in attachments(messages["anna@example.org"])] == ["rozliczenie_U1.pdf"]
    assert [name for name, _body in attachments(messages["darek@example.org"])] == ["U4 2026.pdf"]
    assert by_channel(books, "email")["person:P2"][2] == "no_address"


def test_a_text_message_in_words_of_ones_own(books: Any) -> None:
    revise(books, "P3", phone="76 123 45 67")
    sent(
        books,
        Order("", "", {"all": True}, Channels(email=False, sms=True), sms_text="{imię}, jutro nie będzie wody",
              skip_missing=True),
    )  # fmt: skip
    messages = by_channel(books, "sms")
    assert messages["person:P1"][:2] == ("+48601000001", "queued")
    assert messages["person:P1"][3]["text"] == "Anna, jutro nie bedzie wody"
    assert messages["person:P2"][1:3] == ("skipped", "no_number")
    assert messages["person:P3"][1:3] == ("skipped", "bad_number")
    assert books.sql("SELECT name FROM jobs WHERE name LIKE 'outbox.%'") == [("outbox.drain_sms",)]


def test_what_text_messages_cost_is_told_before(books: Any) -> None:
    from app.mailouts import looking
    from app.mailouts.commands import write

    revise(books, "P4", phone="602000002")
    with books.bound():
        order = Order("", "", {"roles": ["owner", "tenant"]}, Channels(email=False, sms=True), sms_text="x" * 161)
        seen = looking.over(clerk(1), write(clerk(1), order), 1)
    assert (seen["bill"].messages, seen["bill"].parts, seen["price"]) == (2, 4, "0,40\u00a0zł")
    assert seen["bill"].numberless == 1


def test_letters_for_those_whom_no_mail_reaches_lie_by_building(books: Any) -> None:
    from app.core import work
    from app.mailouts import printing

    order = Order("Zebranie", "Zapraszamy, {nazwisko}.", {"all": True}, Channels(True, False, "unreachable"))
    public_id = sent(books, order)
    assert {key: row[0] for key, row in by_channel(books, "letter").items()} == {
        "person:P2": "Lipowa 1/1\n00-001 Łódź", "person:P3": "Morska 5\n80-001 Gdańsk",
    }  # fmt: skip
    with books.bound():
        assert printing.print_part(public_id) is False
        work.commit()
    with books.bound():
        (part,), unprinted = printing.prints(clerk(1), public_id)
        made = printing.part_pdf(clerk(1), public_id, part.public_id)
        assert printing.posted(clerk(1), public_id, part.public_id) == 2
        assert printing.posted(clerk(1), public_id, part.public_id) == 0, "twice is once"
        work.commit()
    assert (unprinted, part.first, part.last) == (0, "Bogdan Bąk, Lipowa 1/1", "Celina Ćwik, Morska 5")
    words = said(made)
    assert words.index("Zapraszamy, Bąk.") < words.index("Zapraszamy, Ćwik.")
    assert {row[1] for row in by_channel(books, "letter").values()} == {"sent"}


def test_a_letter_brings_its_papers_behind_it(books: Any) -> None:
    from app.core import work
    from app.mailouts import printing

    revise(books, "P1", email=None)
    revise(books, "P4", email=None)
    books.sql("UPDATE accounts SET email = NULL WHERE login = 'L1'")
    order = Order("Opłaty", "W załączeniu.", {"roles": ["owner", "tenant"]}, Channels(False, False, "everyone"),
                  papers=("charges",), skip_missing=True)  # fmt: skip
    public_id = sent(books, order)
    with books.bound():
        printing.print_part(public_id)
        work.commit()
    with books.bound():
        (part,), _left = printing.prints(clerk(1), public_id)
        made = printing.part_pdf(clerk(1), public_id, part.public_id)
    words = said(made)
    order_of = [words.index(one) for one in ("W załączeniu.", "140,00", "175,00", "210,00")]
    assert order_of == sorted(order_of)
    with pypdfium2.PdfDocument(io.BytesIO(made)) as document:
        assert len(document) % 2 == 0, "each letter begins a sheet of its own"


def test_pictures_become_pages_and_what_no_paper_shows_is_named_in_the_letter(books: Any) -> None:
    from app.attachments.checking import checked
    from app.attachments.rules import DOCUMENTS
    from app.core import work
    from app.mailouts import commands, looking, printing

    picture, text_file = io.BytesIO(), b"Spis lokali"
    Image.new("RGB", (400, 200), "green").save(picture, "JPEG")
    files = [checked("plan.jpg", picture.getvalue(), DOCUMENTS), checked("spis.txt", text_file, DOCUMENTS)]
    with books.bound():
        order = Order("Plan", "W załączeniu.", {"units": ["U2"]}, Channels(True, False, "everyone"))
        public_id = commands.write(clerk(1), order)
        commands.add_files(clerk(1), public_id, files)
        assert looking.over(clerk(1), public_id, 1)["off_paper"] == ["spis.txt"]
        assert "spis.txt" in said(looking.letter(clerk(1), public_id, 1))
        commands.launch(system("tests"), public_id)
        printing.print_part(public_id)
        work.commit()
    with books.bound():
        (part,), _left = printing.prints(clerk(1), public_id)
        made = printing.part_pdf(clerk(1), public_id, part.public_id)
    words = said(made)
    assert "Załączniki: plan.jpg" in words and "Do pobrania w portalu" in words and "spis.txt" in words
    with pypdfium2.PdfDocument(io.BytesIO(made)) as document:
        assert any(list(page.get_objects(filter=[3])) for page in document), "the picture has a page"


def test_who_gets_no_letter_stands_in_the_register_with_the_reason(books: Any) -> None:
    from app.core import work
    from app.deliveries import sealing
    from app.outbox import paper

    sent(books, Order("Zebranie", "Zapraszamy", {"all": True}, Channels(True, False, "everyone")))
    with books.bound():
        paper.write("mailout", "mailout:other", "person:P9", None, "Bez adresu", {}, "pl")
        work.commit()
    noted = books.sql(
        "SELECT i.channel, i.recipient_key, e.note = i.reason FROM delivery_events e "
        "JOIN outbox_items i ON i.id = e.item_id WHERE e.kind = 'skipped' ORDER BY 1, 2"
    )
    skipped = "SELECT channel, recipient_key, true FROM outbox_items WHERE state = 'skipped' ORDER BY 1, 2"
    assert noted == books.sql(skipped) and {row[0] for row in noted} == {"email", "letter"}
    with books.bound():
        assert sealing.seal() == len(noted)
        assert sealing.verify().broken is None


def test_above_the_limit_another_person_must_agree(books: Any) -> None:
    books.sql("INSERT INTO office_settings (name, value) VALUES ('mailouts', '{\"second_over\": 2}')")
    public_id = sent(books, Order("Temat", "Treść"), clerk(1))
    assert books.sql("SELECT state, recipients FROM mailouts") == [("waiting", 5)]
    assert books.sql("SELECT count(*) FROM outbox_items") == [(0,)]
    with pytest.raises(Refused):
        do(books, "approve", clerk(1), public_id)
    assert do(books, "approve", clerk(2), public_id) == "sending"
    assert do(books, "approve", clerk(3), public_id) == "sending"
    assert books.sql("SELECT count(*) FROM outbox_items") == [(5,)]
    assert books.sql("SELECT approved_by FROM mailouts") == [("Klerk 2",)]


def test_a_scheduled_one_that_outgrew_the_limit_waits_for_another_person(books: Any) -> None:
    books.sql("INSERT INTO office_settings (name, value) VALUES ('mailouts', '{\"second_over\": 4}')")
    for login, role in (("basia", "clerk"), ("gosia", "board"), ("adam", "admin")):
        books.sql(
            "INSERT INTO accounts (public_id, login, login_key, role, status, email) "
            f"VALUES ('{login}', '{login}', '{login}', '{role}', 'active', '{login}@biuro.example')"
        )
    order = Order("Temat", "Treść", {"units": ["U3", "U4"]}, run_at=datetime.now(UTC) + timedelta(hours=1))
    public_id = sent(books, order, clerk(1))
    assert books.sql("SELECT state FROM mailouts") == [("scheduled",)]
    books.sql("UPDATE mailouts SET audience = '{\"all\": true}', run_at = now() - interval '1 second'")
    do(books, "begin", public_id)
    do(books, "begin", public_id)
    assert books.sql("SELECT state, recipients FROM mailouts") == [("waiting", 5)]
    told = books.sql("SELECT letter, address, context ->> 'now' FROM outbox_items ORDER BY address")
    assert told == [("mailout_outgrown", f"{who}@biuro.example", "5") for who in ("adam", "basia")]
    with pytest.raises(Refused):
        do(books, "approve", clerk(1), public_id)
    assert do(books, "approve", clerk(2), public_id) == "sending"
    assert books.sql("SELECT count(*) FROM outbox_items WHERE letter = 'mailout'") == [(5,)]


def test_one_that_a_second_person_let_go_before_does_not_wait_again(books: Any) -> None:
    books.sql("INSERT INTO office_settings (name, value) VALUES ('mailouts', '{\"second_over\": 1}')")
    order = Order("Temat", "Treść", {"units": ["U3", "U4"]}, run_at=datetime.now(UTC) + timedelta(hours=1))
    public_id = sent(books, order, clerk(1))
    assert do(books, "approve", clerk(2), public_id) == "scheduled"
    books.sql("UPDATE mailouts SET run_at = now() - interval '1 second'")
    do(books, "begin", public_id)
    assert books.sql("SELECT state FROM mailouts") == [("sending",)]


def test_a_scheduled_one_goes_at_its_hour_to_who_is_there_then(books: Any) -> None:
    when = datetime.now(UTC) + timedelta(hours=1)
    public_id = sent(books, Order("Temat", "Treść", {"units": ["U3", "U4"]}, run_at=when), clerk(1))
    do(books, "begin", public_id)
    assert books.sql("SELECT state FROM mailouts") == [("scheduled",)]
    assert books.sql("SELECT name FROM jobs") == [("mailouts.begin",)]
    books.sql("UPDATE mailouts SET run_at = now() - interval '1 second'")
    books.sql("UPDATE occupancies SET until_revision = 2 WHERE person_code = 'P4'")
    do(books, "begin", public_id)
    do(books, "begin", public_id)
    assert sorted(by_channel(books, "email")) == ["account:L6", "person:P3"]
    assert books.sql("SELECT state, recipients FROM mailouts") == [("sending", 2)]


def test_a_pause_an_end_and_going_on(books: Any, crooked: Any, mailer: Any) -> None:
    public_id = sent(books, Order("Temat", "Treść"))
    assert do(books, "pause", clerk(1), public_id) == 3
    books.turn(mailer)
    assert crooked.messages == []
    do(books, "resume", clerk(1), public_id)
    assert books.sql("SELECT state FROM mailouts") == [("sending",)]
    do(books, "pause", clerk(1), public_id)
    assert do(books, "cancel", clerk(1), public_id) == 3
    do(books, "resume", clerk(1), public_id)
    books.turn(mailer)
    assert crooked.messages == []
    assert books.sql("SELECT state, ended_by FROM mailouts") == [("cancelled", "Klerk 1")]
    assert {row[2] for row in by_channel(books, "email").values()} == {"cancelled", "no_address", "bad_address"}


def test_a_scheduled_one_that_was_ended_never_goes(books: Any) -> None:
    order = Order("Temat", "Treść", run_at=datetime.now(UTC) + timedelta(hours=1))
    public_id = sent(books, order, clerk(1))
    do(books, "cancel", clerk(1), public_id)
    books.sql("UPDATE mailouts SET run_at = now() - interval '1 second'")
    do(books, "begin", public_id)
    assert books.sql("SELECT count(*) FROM outbox_items") == [(0,)]


@pytest.mark.parametrize(
    ("hour", "begins", "ends", "until"),
    [(22, 21, 7, 31), (3, 21, 7, 7), (12, 21, 7, None), (7, 21, 7, None), (21, 21, 7, 31), (13, 12, 14, 14),
     (14, 12, 14, None), (5, 0, 0, None)],
)  # fmt: skip
def test_quiet_hours(hour: int, begins: int, ends: int, until: int | None) -> None:
    midnight = datetime(2026, 1, 4, 23, tzinfo=UTC)  # in Warsaw, in winter
    found = rules.quiet_end(midnight + timedelta(hours=hour), begins, ends)
    assert found == (None if until is None else midnight + timedelta(hours=until))


@pytest.mark.parametrize(
    ("hour", "begins", "ends", "at"),
    [(22, 21, 7, 45), (20, 21, 7, 21), (21, 21, 7, 45), (3, 21, 7, 21), (5, 0, 0, None)],
)
def test_the_next_quiet_hours(hour: int, begins: int, ends: int, at: int | None) -> None:
    midnight = datetime(2026, 1, 4, 23, tzinfo=UTC)
    found = rules.quiet_begin(midnight + timedelta(hours=hour), begins, ends)
    assert found == (None if at is None else midnight + timedelta(hours=at))


def test_one_that_is_on_its_way_rests_when_quiet_hours_begin_and_goes_on_after_them(
    books: Any, crooked: Any, mailer: Any
) -> None:
    _quiet_in(books, hours=3)
    public_id = sent(books, Order("Zwykłe", "Treść"), clerk(1))
    sent(books, Order("Ważne", "Treść", important=True), clerk(1))
    ((name,),) = books.sql("SELECT key FROM jobs WHERE name = 'mailouts.rest'")
    assert name == public_id, "an important one keeps no quiet hours"
    assert books.sql("SELECT count(*) FROM outbox_items WHERE run_after > now()") == [(0,)]
    _quiet_in(books, hours=0)
    assert _rested(books, public_id) == 60.0, "letters in flight are looked after"
    waits = "SELECT count(*) FROM outbox_items WHERE cause = 'mailout:' || '{0}' AND live AND run_after > now()"
    assert books.sql(waits.format(public_id)) == [(3,)]
    assert books.secret()
    books.turn(mailer, "urgent")
    books.turn(mailer)
    subjects = [message_from_bytes(message)["Subject"] for _to, message in crooked.messages]
    assert len(subjects) == 4, "a password and the important ones"
    assert not any("Zwyk" in str(subject) for subject in subjects)
    do(books, "pause", clerk(1), public_id)
    do(books, "resume", clerk(1), public_id)
    assert books.sql(waits.format(public_id)) == [(3,)], "who lets it go on does not end the night"
    _quiet_in(books, hours=3)
    books.sql("UPDATE outbox_items SET run_after = now() WHERE live")  # the morning
    books.turn(mailer)
    assert len(crooked.messages) == 7
    assert _rested(books, public_id) is None, "nothing is left that could rest"


def test_a_paused_one_let_go_in_the_night_waits_for_the_morning(books: Any) -> None:
    _quiet_in(books, hours=3)
    public_id = sent(books, Order("Zwykłe", "Treść"), clerk(1))
    do(books, "pause", clerk(1), public_id)
    _quiet_in(books, hours=0)
    assert _rested(books, public_id) is None
    do(books, "resume", clerk(1), public_id)
    assert books.sql("SELECT bool_and(run_after > now()) FROM outbox_items WHERE live") == [(True,)]


def _quiet_in(books: Any, hours: int) -> None:
    """Quiet hours for e-mail, two of them, so many hours from now."""
    books.sql(
        "INSERT INTO office_settings (name, value) SELECT 'mailouts', jsonb_build_object("
        f"'mail_from', (h + {hours}) % 24, 'mail_until', (h + {hours} + 2) % 24) "
        "FROM (SELECT extract(hour FROM now() AT TIME ZONE 'Europe/Warsaw')::int AS h) AS x "
        "ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value"
    )
    from app.office.queries import forget

    forget(books.tenant.id)


def _rested(books: Any, public_id: str) -> float | None:
    from app.core import work
    from app.mailouts.commands import resting

    with books.bound():
        wait = resting.look(public_id)
        work.commit()
    return wait


def test_in_quiet_hours_messages_wait_but_important_ones(books: Any) -> None:
    books.sql(
        "INSERT INTO office_settings (name, value) "
        "SELECT 'mailouts', jsonb_build_object('mail_from', h, 'mail_until', (h + 2) % 24) "
        "FROM (SELECT extract(hour FROM now() AT TIME ZONE 'Europe/Warsaw')::int AS h) AS x"
    )
    sent(books, Order("Zwykłe", "Treść"), clerk(1))
    sent(books, Order("Ważne", "Treść", important=True), clerk(1))
    waits = books.sql(
        "SELECT m.subject, bool_and(i.run_after > now()) FROM outbox_items i "
        "JOIN mailouts m ON i.cause = 'mailout:' || m.public_id GROUP BY 1 ORDER BY 1"
    )
    assert waits == [("Ważne", False), ("Zwykłe", True)]


def test_a_trial_goes_to_oneself_only(books: Any, crooked: Any, mailer: Any) -> None:
    from app.core import work
    from app.mailouts import commands

    books.sql("INSERT INTO accounts (id, public_id, login, login_key, role, email) "
              "OVERRIDING SYSTEM VALUE VALUES (901, 'k1', 'k1', 'k1', 'clerk', 'klerk@example.org')")  # fmt: skip
    with books.bound():
        public_id = commands.write(clerk(1), Order("Dla {imię}", "Saldo {saldo}", {"units": ["U2"]}))
        assert commands.try_out(clerk(1), public_id) == "klerk@example.org"
        work.commit()
    assert books.sql("SELECT state FROM mailouts") == [("draft",)]
    books.turn(mailer, lane="urgent")
    ((to, message),) = crooked.messages
    assert to == "klerk@example.org"
    assert b"Saldo 1=C2=A0200,00" in message or b"Saldo 0,00" in message


def test_nobody_changes_what_has_gone(books: Any) -> None:
    public_id = sent(books, Order("Temat", "Treść"), clerk(1))
    do(books, "write", clerk(1), Order("Inny", "Inna"), None, public_id)
    assert books.sql("SELECT subject FROM mailouts") == [("Temat",)]
    with pytest.raises(Conflict):
        do(books, "discard", clerk(1), public_id)


def test_the_guard_asks_before_names_go_out(books: Any) -> None:
    from app.guard.commands import Consent, Held
    from app.mailouts import commands

    order = Order("Uwaga", "Pan o numerze PESEL 44051401359 prosi o kontakt.")
    with pytest.raises(Held) as held:
        sent(books, order, clerk(1))
    assert books.sql("SELECT count(*) FROM outbox_items") == [(0,)]
    seen = frozenset(one.mark for one in held.value.guard.findings)
    with books.bound():
        public_id = commands.write(clerk(1), order)
        assert commands.launch(clerk(1), public_id, Consent(seen, True, "za jego zgodą")) == "sending"


def test_staff_of_one_building_neither_see_nor_end_what_went_further(books: Any) -> None:
    from dataclasses import replace

    public_id = sent(books, Order("Temat", "Treść"))
    limited = replace(clerk(1), buildings=frozenset({"B1"}))
    for name in ("pause", "cancel", "approve", "launch", "discard"):
        with pytest.raises(NotThere):
            do(books, name, limited, public_id)


def test_template_words_of_others_are_never_run(books: Any, crooked: Any, mailer: Any) -> None:
    revise(books, "P1", first_name="{{7*7}}{saldo}")
    sent(books, Order("{imię}", "{imię} {% raw %} <b>x</b>", {"buildings": ["B1"]}, skip_missing=True))
    books.turn(mailer)
    message = dict(crooked.messages)["anna@example.org"].decode()
    assert "{{7*7}}{saldo}" in message
    assert "&lt;b&gt;x&lt;/b&gt;" in re.sub(r"=\n", "", message)


def test_the_command_line_refuses_or_leaves_out_who_lacks_a_word(app: Any, books: Any) -> None:
    import json

    words = ["mailouts", "send", books.tenant.slug, "--subject", "Saldo", "--body-file", "-", "--json", "--audience",
             '{"buildings": ["B1"], "roles": ["owner", "tenant"]}']  # fmt: skip
    refused = app.test_cli_runner().invoke(args=words, input="Saldo: {saldo}")
    assert refused.exit_code == 1
    assert "Bogdan Bąk" in refused.stderr
    assert books.sql("SELECT count(*) FROM outbox_items") == [(0,)]
    done = app.test_cli_runner().invoke(args=[*words, "--skip-missing"], input="Saldo: {saldo}")
    assert done.exit_code == 0, done.stderr
    assert list(json.loads(done.stdout).values())[1:] == [2, 0, 0, 1]


def test_the_portal_shows_what_was_said_and_never_what_lacks_a_word(books: Any) -> None:
    from app.mailouts import received

    sent(books, Order("Saldo", "Saldo: {saldo}", {"units": ["U1"]}, skip_missing=True))
    channels = Channels(email=False, sms=True)
    sent(books, Order("", "", {"units": ["U1"]}, channels, sms_text="{imię}, awaria", skip_missing=True))
    ended = sent(books, Order("Odwołane", "Treść", {"units": ["U1"]}))
    do(books, "cancel", clerk(1), ended)
    sent(books, Order("Później", "Treść", run_at=datetime.now(UTC) + timedelta(hours=1)))
    seen = {}
    for login in ("L1", "L2"):
        ((number,),) = books.sql(f"SELECT id FROM accounts WHERE login = '{login}'")
        with books.bound():
            found = received.received(Actor(kind="account", login=login, account_id=number, role=Role.RESIDENT))
        seen[login] = [one.body for one in found.rows]
    assert seen["L1"] == ["Anna, awaria", "Saldo: 1\u00a0200,00\u00a0zł"]
    assert seen["L2"] == ["Bogdan, awaria"]
