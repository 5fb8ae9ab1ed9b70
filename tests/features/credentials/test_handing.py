"""Handing out credentials: two channels, letter, link and screen; what was handed out before ends."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from app.core import clock
from app.core.actor import Actor, Can, Role
from app.core.errors import NotThere, Refused
from app.gateways.mail import OutcomeUnknown, ServerDown
from app.outbox import sending
from tests.features.credentials.conftest import House
from tests.paper import page_words

NEW = "Granatowy-Wieloryb-5"
CODE = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}")


class Gateway:
    """A gateway that fails as told, then takes."""

    def __init__(self, *faults: Exception) -> None:
        self.faults, self.sent = list(faults), []

    def send(self, message: Any) -> None:
        if self.faults:
            raise self.faults.pop(0)
        self.sent.append(message)


def start_password(house: House) -> str:
    found = re.search(r"portalu:\n(\S+)\n", house.messages()[-1]["text"])
    assert found
    return found[1]


def letter_code(house: House, public_id: str) -> str:
    from app.core.actor import system
    from app.credentials.commands import printing

    _login, made = house.do(printing.letter_pdf, system("tests"), public_id)
    found = CODE.search(page_words(made)[0])
    assert found
    return found[0]


def test_s4_06_07_login_by_mail_and_password_by_sms_never_together(house: House) -> None:
    house.open("O1")
    house.hand_out("O1", "two_channels")
    house.send()
    (message,) = house.messages()
    assert set(message) == {"to", "text", "tenant", "at"}
    assert (message["to"], message["tenant"]) == ("+48601234567", house.tenant.slug)
    password = start_password(house)
    mail = house.post.to("anna@poczta.example")[-1]
    for kind in ("plain", "html"):
        words = mail.get_body((kind,)).get_content()
        assert "O1" in words
        assert f"http://{house.tenant.host}/login" in words
        assert password not in words
    assert "O1" not in message["text"].split()
    rows = house.sql("SELECT context::text FROM outbox_items WHERE letter IN ('identifier', 'start_password')")
    assert all(password not in row[0] for row in rows)
    browser = house.browser()
    assert browser.send("/login", {"login": "O1", "password": password}).status_code == 303
    assert browser.get("/").status_code in (302, 303)


def test_the_sms_is_cheap_to_send(house: House) -> None:
    from app.gateways import gsm

    house.open("O1")
    house.hand_out("O1", "two_channels")
    house.send()
    size = gsm.size(house.messages()[0]["text"])
    assert (size.alphabet, size.segments) == ("GSM-7", 1)


def test_a_gateway_that_is_down_leaves_the_password_unsent_and_visible(house: House) -> None:
    public_id = house.open("O1")
    house.hand_out("O1", "two_channels")
    house.send(Gateway(*[ServerDown("connection refused")] * 9))
    assert house.sql("SELECT state, reason FROM outbox_items WHERE channel = 'sms'") == [
        ("queued", "connection refused")
    ]
    page = house.browser("ewa").get(f"/admin/accounts/{public_id}/credentials").text
    assert "jeszcze nie wysłano" in page
    assert "connection refused" in page
    house.sql("UPDATE outbox_items SET run_after = now()")
    house.send()
    assert len(house.messages()) == 1
    assert "jeszcze nie wysłano" not in house.browser("ewa").get(f"/admin/accounts/{public_id}/credentials").text


def test_a_password_whose_fate_is_unknown_is_held_and_shown(house: House) -> None:
    public_id = house.open("O1")
    house.hand_out("O1", "two_channels")
    gateway = Gateway(OutcomeUnknown("timed out"))
    house.send(gateway)
    house.send(gateway)
    assert gateway.sent == []
    assert house.sql("SELECT state FROM outbox_items WHERE channel = 'sms'") == [("held",)]
    assert "nie wiadomo, czy dotarło" in house.browser("ewa").get(f"/admin/accounts/{public_id}/credentials").text


def test_newer_credentials_end_older_ones(house: House) -> None:
    house.open("O1")
    house.hand_out("O1", "two_channels")
    house.send()
    first = start_password(house)
    house.hand_out("O1", "two_channels")
    assert house.browser().send("/login", {"login": "O1", "password": first}).status_code == 422
    house.hand_out("O1", "letter")
    house.send()
    assert len(house.messages()) == 1, "what waited was taken back"
    assert house.sql("SELECT state, reason FROM outbox_items WHERE channel = 'sms' ORDER BY id")[1] == (
        "skipped",
        "withdrawn",
    )
    assert house.sql("SELECT count(*) FROM credential_issues WHERE ended_at IS NULL") == [(1,)]


def test_a_start_password_runs_out_and_is_not_sent_afterwards(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.open("O1")
    house.hand_out("O1", "two_channels")
    house.send(Gateway(*[ServerDown("down")] * 9))
    monkeypatch.setattr(sending, "now", lambda: clock.now() + timedelta(days=15))
    house.sql("UPDATE outbox_items SET run_after = now()")
    house.send()
    assert house.messages() == []
    assert house.sql("SELECT state, reason, context FROM outbox_items WHERE channel = 'sms'") == [
        ("failed", "expired", {})
    ]


@pytest.mark.parametrize(
    ("login", "way", "why"),
    [
        ("O2", "two_channels", "Brak numeru"),
        ("O3", "two_channels", "Brak adresu e-mail"),
        ("O3", "link", "Brak adresu e-mail"),
        ("O1", "pigeon", "możliwości"),
        ("O1", "", "możliwości"),
    ],
)
def test_what_is_not_possible_leaves_nothing_half_done(house: House, login: str, way: str, why: str) -> None:
    house.open(login)
    before = house.sql("SELECT password_hash FROM accounts"), house.sql("SELECT count(*) FROM outbox_items")
    with pytest.raises(Refused, match=why):
        house.hand_out(login, way)
    assert (house.sql("SELECT password_hash FROM accounts"), house.sql("SELECT count(*) FROM outbox_items")) == before
    assert house.sql("SELECT count(*) FROM credential_issues") == [(0,)]


def test_a_landline_gets_no_start_password(house: House) -> None:
    house.open("O3", email="celina@poczta.example")
    with pytest.raises(Refused, match="stacjonarny"):
        house.hand_out("O3", "two_channels")


def test_a_letter_opens_the_account_once(house: House) -> None:
    house.open("O5")
    code = letter_code(house, house.hand_out("O5", "letter").public_id)
    assert house.sql("SELECT count(*) FROM account_tokens WHERE encode(secret_digest, 'escape') LIKE '%' || :c || '%'",
                     c=code) == [(0,)]  # fmt: skip
    browser = house.browser()
    typed = f"  {code.lower().replace('-', ' ')} "
    answer = browser.send("/activate", {"login": "o5", "code": typed})
    assert answer.status_code == 303
    path = answer.headers["Location"]
    assert browser.send(path, {"password": NEW, "repeat": NEW}).status_code == 303
    assert house.browser().send("/login", {"login": "O5", "password": NEW}).status_code == 303
    again = house.browser().send("/activate", {"login": "O5", "code": code})
    assert again.status_code == 422
    assert "nieprawidłowy" in again.text


def test_every_wrong_code_gets_the_same_answer(house: House) -> None:
    house.open("O5")
    code = letter_code(house, house.hand_out("O5", "letter").public_id)
    house.open("O2")
    other = letter_code(house, house.hand_out("O2", "letter").public_id)
    house.sql("UPDATE accounts SET status = 'blocked' WHERE login = 'O2'")
    answers = set()
    assert house.browser().send("/activate", {"login": "O5\0", "code": code}).status_code == 400
    for login, typed in (("O5", other), ("O2", other), ("nikt", code), ("O5", "x"), ("O5", "ż" * 5000)):
        answer = house.browser().send("/activate", {"login": login, "code": typed}, address="10.1.2.3")
        assert answer.status_code == 422
        answers.add(re.search(r'role="alert".*?<h2>(.*?)</h2>', answer.text, re.S)[1])  # type: ignore[index]
    assert len(answers) == 1
    house.sql("UPDATE account_tokens SET expires_at = now() - interval '1 s'")
    late = house.browser().send("/activate", {"login": "O5", "code": code}, address="10.1.2.3")
    assert answers.pop() in late.text


def test_guessing_codes_is_slowed_down(house: House) -> None:
    house.open("O5")
    browser = house.browser()
    codes = [browser.send("/activate", {"login": "O5", "code": "x"}, address="10.9.9.9").status_code for _ in range(12)]
    assert codes[:10] == [422] * 10
    assert codes[10:] == [429] * 2


def test_s0_04_login_and_password_on_the_screen_once_and_on_paper(house: House) -> None:
    public_id = house.open("O5")
    staff = house.browser("hanna")
    path = f"/admin/accounts/{public_id}/credentials"
    shown = staff.send(path, {"way": "screen"})
    assert shown.status_code == 200
    assert shown.headers["Cache-Control"] == "no-store"
    login, password = re.findall(r'class="secret">(.*?)<', shown.text)
    assert login == "O5"
    assert password not in staff.get(path).text
    (letter,) = re.findall(r"/admin/credentials/letters/[\w-]+", staff.get(path).text)
    paper = staff.send(letter, {}, form=path)
    assert paper.content_type == "application/pdf"
    (words,) = page_words(paper.data)
    assert password in words
    assert "#letx=*Źdźbło*" in words
    assert "Akacjowa3/10" in words
    entered = house.browser().send("/login", {"login": "O5", "password": password})
    assert entered.status_code == 303


def test_a_letter_is_forgotten_after_a_week(house: House) -> None:
    from app.credentials.commands import wiping

    house.open("O5")
    house.hand_out("O5", "letter")
    left = house.do(wiping.wipe_old)
    assert left and 6.9 * 86400 < left < 7.1 * 86400
    house.sql("UPDATE credential_issues SET at = now() - interval '8 days'")
    assert house.do(wiping.wipe_old) is None
    assert house.sql("SELECT sealed FROM credential_issues") == [(None,)]


def test_nobody_hands_out_what_is_not_theirs(house: House) -> None:
    public_id = house.open("O1")
    house.open("O4")
    assert house.browser("irena").get(f"/admin/accounts/{public_id}/credentials").status_code == 404
    clerk = Actor(kind="account", login="x", role=Role.CLERK, can=frozenset({Can.MANAGE_ACCOUNTS}))
    with pytest.raises(Refused, match="uprawnienia"):
        house.hand_out("ewa", "screen", clerk)
    with pytest.raises(NotThere):
        house.hand_out("O1", "letter", Actor(kind="account", login="x", role=Role.BOARD))


def test_it_is_audited_without_secrets(house: House) -> None:
    house.open("O1")
    house.hand_out("O1", "two_channels")
    house.send()
    password = start_password(house)
    rows = house.sql("SELECT detail::text, action FROM audit_entries")
    assert "credentials.handed_out" in {row[1] for row in rows}
    assert all(password not in row[0] for row in rows)
