"""Why did this mail not arrive: searching, the story of a letter, whose business it is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.features.deliveries.conftest import post
from tests.features.outbox.conftest import Outbox
from tests.features.outbox.crooked import Crooked

HOME = "/admin/deliveries"


@pytest.fixture
def letters(books: Outbox, crooked: Crooked, mailer: Any) -> Outbox:
    crooked.faults["RCPT"] += [b"250 OK", b"550 5.1.1 no such mailbox", b"451 4.7.1 greylisted"]
    books.write(3)
    books.turn(mailer)
    return books


def test_an_address_finds_its_letter_and_says_why(staff: Any, letters: Outbox) -> None:
    browser = staff("admin")
    found = browser.get(f"{HOME}?words=R2@exam").text
    assert "Nie ma takiej skrzynki" in found
    assert "r1@example.org" not in found
    assert "r3@example.org" not in found


@pytest.mark.parametrize(
    ("asked", "there", "not_there"),
    [
        ("state=trouble", "r2@", "r1@"),
        ("state=sent", "r1@", "r2@"),
        ("state=queued", "r3@", "r1@"),
        ("channel=sms", "Nie ma takich wiadomości", "r1@"),
        ("cause=mailout:1", "r1@", "Nie ma takich"),
        ("cause=mailout:2", "Nie ma takich wiadomości", "r1@"),
        ("state=nonsense&channel=pigeon", "r1@", "Nie ma takich"),
    ],
)
def test_filters(staff: Any, letters: Outbox, asked: str, there: str, not_there: str) -> None:
    page = staff("admin").get(f"{HOME}?{asked}").text
    assert there in page
    assert not_there not in page


def test_a_name_finds_the_letters_of_a_person(staff: Any, letters: Outbox) -> None:
    letters.sql("UPDATE outbox_items SET recipient_key = 'person:P1' WHERE address LIKE 'r1@%'")
    ((name,),) = letters.sql("SELECT last_name FROM people WHERE code = 'P1' LIMIT 1")
    page = staff("admin").get(HOME, query_string={"words": name.lower()}).text
    assert "r1@example.org" in page
    assert "r2@example.org" not in page


def test_a_letter_to_an_account_is_called_as_its_person(staff: Any, letters: Outbox) -> None:
    browser = staff("admin")
    ((account, name),) = letters.sql(
        "UPDATE accounts SET person_code = 'P1' WHERE login = 'admin' "
        "RETURNING public_id, (SELECT last_name FROM people WHERE code = 'P1' LIMIT 1)"
    )
    letters.sql(
        f"UPDATE outbox_items SET recipient_key = 'account:{account}', recipient_name = NULL WHERE address LIKE 'r1@%'"
    )
    page = browser.get(f"{HOME}?words=r1@example").text
    assert name in page
    assert account not in page


def test_the_story_of_a_letter(staff: Any, letters: Outbox) -> None:
    browser = staff("admin")
    ids = dict(letters.rows("left(address, 2), public_id", ""))
    assert "250 taken" in browser.get(f"{HOME}/{ids['r1']}").text
    page = browser.get(f"{HOME}/{ids['r3']}").text
    assert "451 4.7.1 greylisted" in page
    assert "Następna próba" in page
    assert "Na ten adres nic nie wysyłamy" in browser.get(f"{HOME}/{ids['r2']}").text


def test_sending_again_is_for_who_may_send(staff: Any, letters: Outbox) -> None:
    ((delivery,),) = letters.rows("public_id", "WHERE state = 'failed'")
    board = staff("board")
    page = board.get(f"{HOME}/{delivery}").text
    assert "Przywróć adres" not in page
    assert "Wyślij ponownie" not in page
    for act in ("again", "mend"):
        assert post(board, f"{HOME}/{delivery}/{act}", "/admin/").status_code == 404
    assert letters.rows("state", f"WHERE public_id = '{delivery}'") == [("failed",)]


def test_a_letter_that_was_sent_or_held_a_secret_does_not_go_again(staff: Any, letters: Outbox) -> None:
    browser = staff("admin")
    letters.secret()
    letters.sql("UPDATE outbox_items SET state = 'held', live = false WHERE secret")
    for (delivery,) in letters.rows("public_id", "WHERE secret OR state = 'sent'"):
        page = f"{HOME}/{delivery}"
        answer = post(browser, f"{page}/again", page)
        assert "nie można wysłać ponownie" in browser.get(answer.location).text
    assert letters.rows("count(*)", "WHERE state IN ('held', 'sent')") == [(2,)]


def test_staff_of_some_buildings_see_the_letters_of_their_people(staff: Any, letters: Outbox) -> None:
    browser = staff("clerk")
    letters.sql("UPDATE outbox_items SET recipient_key = 'person:P1' WHERE address LIKE 'r1@%'")
    ((building,),) = letters.sql(
        "SELECT u.building_code FROM occupancies o JOIN units u ON u.code = o.unit_code "
        "WHERE o.person_code = 'P1' LIMIT 1"
    )
    letters.sql(
        "INSERT INTO staff_scopes (account_id, building_code) "
        f"SELECT id, '{building}' FROM accounts WHERE login = 'clerk'"
    )
    page = browser.get(HOME).text
    assert "r1@example.org" in page
    assert "r2@example.org" not in page
    ((hidden,),) = letters.rows("public_id", "WHERE address LIKE 'r2@%'")
    for path in (f"{HOME}/{hidden}", f"{HOME}/{hidden}/proof.pdf"):
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize("words", ["\0", "x" * 10_000, "%", "_", "\\", "' OR 1=1 --", "<script>"])
def test_crooked_words_find_nothing_and_break_nothing(staff: Any, letters: Outbox, words: str) -> None:
    answer = staff("admin").get(HOME, query_string={"words": words, "page": "-7", "cause": words})
    assert answer.status_code in (200, 400)
    assert "<script>alert" not in answer.text


def test_residents_and_strangers_see_nothing(staff: Any, letters: Outbox) -> None:
    ((delivery,),) = letters.rows("public_id", "WHERE state = 'sent'")
    browser = staff("resident")
    for path in (HOME, f"{HOME}/addresses", f"{HOME}/{delivery}", f"{HOME}/{delivery}/proof.pdf"):
        assert browser.get(path).status_code in (302, 303, 404)
