"""Letters outside by real e-mail, and answers: who is believed, who waits, which files stay, what never gets in."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.utils import make_msgid
from io import BytesIO
from typing import Any

import pytest

from app.core import work
from app.gateways.mail import mailer
from app.mailroom import reception
from app.mailroom.addresses import address
from app.outbox import sending
from app.works import commands, queries
from app.works.access import place
from tenants.context import bind
from tests.features.works.test_post_letters import PDF, thread, to, write
from tests.pages import inspect

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FIRM = "biuro@dekarz.example"


class Mail:
    """A thread of adam with kasia and a firm outside, and what comes to its address."""

    def __init__(self, site: Any) -> None:
        self.site = site
        write(site, "adam", ("kasia",), subject="Blacha", body="Proszę o ofertę.", outside=f"Jan Dekarz <{FIRM}>")
        ((self.letter,),) = site.sql("SELECT public_id FROM works_letters")
        self.address = site.do(lambda: address("works", self.letter))
        self.inside = site.do(lambda: address("worksin", self.letter))

    def receive(self, letter: EmailMessage | bytes) -> Any:
        raw = letter if isinstance(letter, bytes) else letter.as_bytes()
        with self.site.app.app_context():
            return reception.receive(raw)[0]

    def made(self, body: str = "Oferta w załączeniu.", sender: str = FIRM, **headers: str) -> EmailMessage:
        made = EmailMessage()
        made["From"], made["To"], made["Subject"] = f"Żółć <{sender}>", self.address, "Re: Blacha"
        made["Message-ID"] = make_msgid()
        for name, value in headers.items():
            made[name.replace("_", "-")] = value
        made.set_content(body)
        return made

    def page(self, who: str) -> str:
        return inspect(self.site.enter(who).get(thread(self.site, "Blacha")))


@pytest.fixture
def mail(site: Any) -> Mail:
    return Mail(site)


def test_a_letter_leaves_from_the_manager_with_the_writers_name(site: Any, post: Any) -> None:
    write(
        site, "adam", ("kasia",), subject="Rysunki", body="W załączeniu.", outside=FIRM,
        files1=(BytesIO(PDF), "Rzut dachu.pdf"), cards=["address"],
    )  # fmt: skip
    with site.app.app_context(), bind(site.tenant):
        sending.turn("urgent", mailer(post.url), 20)
        work.commit()
    letter = post.to(FIRM)[0]
    ((public_id,),) = site.sql("SELECT public_id FROM works_letters")
    assert letter["Subject"] == "Rysunki" and "Adam Architekt, Pracownia A" in str(letter["From"])
    assert "no-reply@" in str(letter["From"])
    assert letter["Reply-To"] == site.do(lambda: address("works", public_id))
    names = [part.get_filename() for part in letter.iter_attachments()]
    assert names == ["Rzut dachu.pdf", "budowa.vcf"]
    text = letter.get_body(("plain",)).get_content()
    assert "W załączeniu." in text and "Lipowa 4, Głogów" in text and "Odpisz po prostu na ten list" in text
    assert "/works/" not in text, "outside one cannot log in"
    notice = post.to("kasia@firma.example")[0]
    words = notice.get_body(("plain",)).get_content()
    assert "W załączeniu." in words and site.url in words and notice["List-Unsubscribe"]
    assert not list(notice.iter_attachments())
    assert not post.to("adam@firma.example"), "who writes is not told"
    assert "przyjęty przez serwer" in site.enter("adam").get(thread(site, "Rysunki")).text


def test_what_does_not_arrive_is_shown_at_the_address(site: Any) -> None:
    write(site, "adam", (), subject="Blacha", outside=f"{FIRM}, inny@firma.example")
    site.sql(
        "UPDATE outbox_items SET state = 'failed', live = false, reason = '550 5.1.1 nie ma takiej skrzynki' "
        "WHERE address = :at", at=FIRM,
    )  # fmt: skip
    page = inspect(site.enter("adam").get(thread(site, "Blacha")))
    assert "nie dotarł" in page and "nie ma takiej skrzynki" in page and "w drodze" in page


def test_the_answer_comes_back_into_the_thread(mail: Mail) -> None:
    letter = mail.made("Dzień dobry, oferta.\n\nW dniu 21.11.2026 Biuro <x@y.pl> pisze:\n> Proszę o ofertę.\n")
    letter.add_attachment(PDF, maintype="application", subtype="pdf", filename="Oferta Dekarz.pdf")
    letter.add_attachment(b"MZ\x90\x00x", maintype="application", subtype="octet-stream", filename="faktura.exe")
    letter.add_attachment(EICAR, maintype="text", subtype="plain", filename="wirus.txt")
    assert mail.receive(letter).result == "taken"
    row = mail.site.sql(
        "SELECT author, account_id, from_address, body, channel, quoted FROM works_letters ORDER BY id DESC LIMIT 1"
    )[0]
    assert row[:5] == ("Jan Dekarz", None, FIRM, "Dzień dobry, oferta.", "email") and "Proszę o ofertę" in row[5]
    for who in ("adam", "kasia", "olga"):
        page = mail.page(who)
        assert "Dzień dobry, oferta." in page and "Oferta Dekarz.pdf" in page, who
        assert "faktura.exe" in page and "wykryto wirusa" in page and "Oferty i kosztorysy" in page
    assert mail.site.sql("SELECT folder, author, readers IS NOT NULL FROM works_documents") == [
        ("offers", "Jan Dekarz", True)
    ]
    assert mail.site.enter("wojtek").get(thread(mail.site, "Blacha")).status_code == 404
    told = mail.site.sql("SELECT address FROM outbox_items WHERE cause LIKE 'works_notice:%' ORDER BY id")
    assert sorted(one for (one,) in told) == ["adam@firma.example", "kasia@firma.example", "kasia@firma.example"]
    assert "is-new" in mail.site.enter("marek").get(f"{mail.site.url}/mail").text


def test_the_same_letter_twice_is_one_and_programs_are_not_listened_to(mail: Mail) -> None:
    letter = mail.made()
    assert [mail.receive(letter).result for _time in range(2)] == ["taken", "double"]
    for headers in ({"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"X_Osiedle_Delivery": "x"}):
        assert mail.receive(mail.made(**headers)).result == "ignored"
    assert mail.site.sql("SELECT count(*) FROM works_letters") == [(2,)]


def test_a_charset_that_lies_and_an_empty_letter(mail: Mail) -> None:
    head = f"From: {FIRM}\r\nTo: {mail.address}\r\nSubject: =?iso-8859-2?Q?za=BF=F3=B3=E6?=\r\nMessage-ID: <1@x.pl>\r\n"
    body = "Zażółć gęślą jaźń".encode("cp1250")
    raw = head.encode() + b"Content-Type: text/plain; charset=iso-8859-1\r\n\r\n" + body
    assert mail.receive(raw).result == "taken"
    assert "Zażółć gęślą jaźń" in mail.page("adam")
    empty = mail.receive(mail.made("\n> nic własnego\n"))
    assert empty.result == "taken", "what stands between quoted lines is what was written"
    assert mail.receive(mail.made(" ")).result == "refused"


def test_a_member_answers_the_notice_by_mail(mail: Mail) -> None:
    notice = mail.site.sql("SELECT context FROM outbox_causes WHERE cause LIKE 'works_notice:%'")[0][0]
    assert notice["reply_to"] == mail.inside
    letter = mail.made("Ja też poproszę.", "kasia@firma.example")
    assert mail.receive(letter).result == "unverified", "outside one knows this address, and perhaps hers"
    letter.replace_header("To", mail.inside)
    assert mail.receive(letter).result == "taken"
    row = mail.site.sql("SELECT author, from_address, channel, firm FROM works_letters ORDER BY id DESC LIMIT 1")[0]
    assert row == ("Kasia Kosztorysant", None, "email", "Kosztorysy")
    causes = mail.site.sql("SELECT address FROM outbox_items WHERE cause LIKE 'works_letter:%' ORDER BY id")
    assert causes == [(FIRM,), (FIRM,)], "the firm outside gets the answer too"


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("ktos@obcy.example", {}),
        ("wojtek@firma.example", {}),
        ("adam@firma.example", {}),
        (FIRM, {"Authentication_Results": "mx.example; spf=pass; dmarc=fail (p=reject)"}),
    ],
)
def test_whoever_else_writes_waits_until_somebody_decides(mail: Mail, sender: str, headers: dict[str, str]) -> None:
    letter = mail.made("Proszę zmienić numer konta.", sender, **headers)
    letter.add_attachment(PDF, maintype="application", subtype="pdf", filename="Faktura nowa.pdf")
    assert mail.receive(letter).result == "unverified"
    assert not mail.site.sql("SELECT 1 FROM works_documents"), "nothing is filed yet"
    for who in ("adam", "kasia", "marek"):
        assert "numer konta" not in mail.page(who) and "Faktura nowa" not in mail.page(who), who
    page = mail.page("olga")
    assert "niezweryfikowany" in page and "numer konta" in page
    assert "od kogoś, kogo nie znamy" in mail.site.enter("olga").get(f"{mail.site.url}/mail").text
    ((held,),) = mail.site.sql("SELECT public_id FROM works_letters WHERE state = 'held'")
    file = re.search(r"/mail/attachments/([\w-]+)\"", page)
    assert file and mail.site.enter("adam").get(f"{mail.site.url}/mail/attachments/{file[1]}").status_code == 404
    for who, verb in (("adam", "accept"), ("marek", "drop")):
        path = f"{mail.site.url}/mail/letters/{held}/{verb}"
        assert mail.site.sent(who, path, thread(mail.site, "Blacha")).status_code == 404
    mail.site.sent("olga", f"{mail.site.url}/mail/letters/{held}/accept", thread(mail.site, "Blacha"))
    assert "numer konta" in mail.page("kasia")
    assert mail.site.sql("SELECT folder, author FROM works_documents")[0][0] == "invoices"
    if sender == "ktos@obcy.example":
        assert mail.receive(mail.made("Jeszcze raz ja.", sender)).result == "taken", "who was let in is known"


def test_a_dropped_letter_is_gone(mail: Mail) -> None:
    letter = mail.made("Spam", "spam@obcy.example")
    letter.add_attachment(PDF, maintype="application", subtype="pdf", filename="spam.pdf")
    mail.receive(letter)
    ((held,),) = mail.site.sql("SELECT public_id FROM works_letters WHERE state = 'held'")
    path = f"{mail.site.url}/mail/letters/{held}/drop"
    assert mail.site.sent("olga", path, thread(mail.site, "Blacha")).status_code == 303
    assert "Spam" not in mail.page("olga")
    assert mail.site.sent("olga", path, thread(mail.site, "Blacha")).status_code == 404
    assert not mail.site.sql("SELECT 1 FROM works_letter_files")


def test_who_has_left_the_site_is_not_believed(mail: Mail) -> None:
    ewa = mail.site.actor("ewa")

    def end() -> None:
        here = place(ewa, mail.site.id)
        kasia = next(one for one in queries.members(ewa, here) if one.login == "kasia")
        commands.end_member(ewa, here, kasia.public_id)

    mail.site.do(end)
    late = mail.made("Jeszcze ja.", "kasia@firma.example")
    late.replace_header("To", mail.inside)
    assert mail.receive(late).result == "unverified"
    before = mail.site.sql("SELECT count(*) FROM outbox_items WHERE address = 'kasia@firma.example'")
    assert mail.receive(mail.made()).result == "taken"
    after = mail.site.sql("SELECT count(*) FROM outbox_items WHERE address = 'kasia@firma.example'")
    assert after == before, "nor told"


def test_a_closed_site_and_an_unknown_letter_take_nothing(mail: Mail) -> None:
    ewa = mail.site.actor("ewa")
    nobody = mail.site.do(lambda: address("works", "A" * 21 + "A"))
    foreign = mail.made()
    foreign.replace_header("To", nobody)
    assert mail.receive(foreign).result == "refused"
    mail.site.do(lambda: commands.close_site(ewa, place(ewa, mail.site.id)))
    assert mail.receive(mail.made()).result == "refused"


def test_an_answer_opens_a_closed_thread(mail: Mail) -> None:
    mail.site.sent("adam", f"{thread(mail.site, 'Blacha')}/state", thread(mail.site, "Blacha"), closed="1")
    assert mail.receive(mail.made()).result == "taken"
    assert mail.site.sql("SELECT state FROM works_threads") == [("open",)]


def test_members_choose_how_they_are_told(site: Any) -> None:
    page = inspect(site.enter("kasia").get("/settings/notifications"))
    assert "Poczta budowy" in page and "Wiadomości od biura" not in page
    assert "/settings/notifications" in site.enter("kasia").get("/settings").text
    shown = ["works_mail:email", "works_mail:daily"]
    form = "/settings/notifications?edit=1"
    site.sent("kasia", "/settings/notifications", form, shown=shown, choice=[])
    write(site, "sara", ("kasia", "adam"))
    told = site.sql("SELECT address FROM outbox_items WHERE cause LIKE 'works_notice:%'")
    assert told == [("adam@firma.example",)]
    site.sent("kasia", "/settings/notifications", form, shown=shown, choice=shown)
    write(site, "sara", ("kasia",), subject="Drugie")
    assert site.sql("SELECT kind, state FROM notification_pending") == [("works_mail", "waiting")]


def test_residents_who_are_members_see_both_kinds_and_others_theirs(site: Any) -> None:
    page = site.enter("O1").get("/settings/notifications").text
    assert "Wiadomości od biura" in page and "Poczta budowy" not in page
    ewa = site.actor("ewa")
    account = site.actor("O1").account_id or 0
    site.do(lambda: commands.add_member(ewa, place(ewa, site.id), account, "Ola Mieszkanka", "other"))
    page = site.enter("O1").get("/settings/notifications").text
    assert "Wiadomości od biura" in page and "Poczta budowy" in page
    write(site, "sara", ("O1",))
    assert "Ile to będzie" in site.enter("O1").get(thread(site)).text


def test_who_writes_to_a_members_address_writes_to_the_member(site: Any) -> None:
    write(site, "adam", (), outside="Kasia@Firma.example")
    assert site.sql("SELECT account_id IS NOT NULL, address FROM works_addressees") == [(True, None)]
    assert not site.sql("SELECT 1 FROM outbox_items WHERE cause LIKE 'works_letter:%'")
    assert to(site, "kasia")


def test_nobody_makes_a_mail_cannon_of_the_manager(site: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.works.post.rules.DAILY_OUTSIDE", 3)
    assert write(site, "wojtek", (), outside="a@x.example, b@x.example").status_code == 303
    answer = write(site, "wojtek", (), outside="c@x.example, d@x.example", body="Nie trać mnie")
    assert answer.status_code == 429 and "Spróbuj jutro" in answer.text and "Nie trać mnie" in answer.text
    assert site.sql("SELECT count(*) FROM works_letters") == [(1,)]
    monkeypatch.setattr("app.works.post.rules.HOURLY_LETTERS", 1)
    assert write(site, "wojtek", ("olga",)).status_code == 429
