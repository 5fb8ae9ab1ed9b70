"""What is written directly must read back, in Python's own parser, exactly as it was said."""

from __future__ import annotations

import email
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, compat32
from email.utils import parseaddr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.core.letter import Delivery, Letter, Sender
from app.gateways.mime import BadAddress, checked_address, compose, one_line

SENDER = Sender("Spółdzielnia „Słoneczna”", "no-reply@alfa.example.org", "biuro@alfa.example.org")
HEADERS = [
    "From", "Reply-To", "To", "Date", "Message-ID", "X-Osiedle-Delivery", "Subject", "List-Unsubscribe",
    "List-Unsubscribe-Post", "MIME-Version", "Auto-Submitted", "Content-Type",
]  # fmt: skip
UGLY = '\r\nBcc: all@example.org\r\n\r\n<b>\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\x00=?utf-8?q?x?= "\\,;:<>@()'
texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=400)
lines = st.text(
    alphabet=st.one_of(st.sampled_from('ąćęłńóśźż ąĄ=?_.,"\\<>@;:()\t\r\n\x0b\x1c\u2028😀'), st.characters()),
    max_size=160,
)


def written(
    subject: str = "Przegląd",
    text: str = "Treść",
    html: str = "<p>Treść</p>",
    name: str = "Łucja",
    sender: Sender = SENDER,
) -> EmailMessage:
    """The message as a reader sees it; its raw form must be seven-bit lines of a legal length."""
    delivery = Delivery(
        "lucja@example.org", name, "abc@alfa.example.org", "abc", "https://alfa.example.org/unsubscribe/t"
    )
    raw = compose(sender, Letter(subject, text, html), delivery, 1_795_219_200)
    assert raw.isascii()
    assert all(len(line) <= 998 and b"\r" not in line and b"\n" not in line for line in raw.split(b"\r\n"))
    message = email.message_from_bytes(raw, policy=SMTP)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    assert list(message.keys()) == HEADERS
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None and not part.defects
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode().replace("\r\n", "\n")


def shown(message: EmailMessage, header: str) -> str:
    """The display name. The newer parser puts a space between two encoded words of a name; the older one does not."""
    old = email.message_from_bytes(message.as_bytes(policy=compat32), policy=compat32)
    name, _address = parseaddr(old[header])
    return str(make_header(decode_header(name)))


def without_controls(text: str) -> str:
    kept = (
        c
        for c in text.replace("\r\n", "\n").replace("\r", "\n")
        if c in "\t\n" or not ("\x00" <= c < " " or "\x7f" <= c < "\xa0")
    )
    return "".join(kept)


@settings(max_examples=150, deadline=None)
@given(texts, texts)
@example(UGLY, UGLY)
@example("." + "\n.\n..\n" * 3, "x" * 3000)
@example("ż" * 2000, "--=_osiedle--\r\n--=_osiedle\r\n")
@example("trailing \t\n spaces \n", "\n\n\n")
def test_bodies_read_back(text: str, html: str) -> None:
    message = written(text=text, html=html)
    assert body(message, "plain") == without_controls(text)
    assert body(message, "html") == without_controls(html)
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@settings(max_examples=150, deadline=None)
@given(lines, lines, lines)
@example("Zażółć gęślą jaźń " * 12, UGLY, UGLY)
@example("a" * 300, 'Jan "Kowal" \\ Nowak, dr', "")
@example("=?utf-8?b?eA==?=", "x@y.z, other@example.org", "  a   b ")
def test_headers_read_back(subject: str, name: str, office: str) -> None:
    message = written(subject=subject, name=name, sender=Sender(office, "no-reply@alfa.example.org"[:25], "b@a.pl"))
    assert message["Subject"] == one_line(subject)
    (to,) = message["To"].addresses
    (writer,) = message["From"].addresses
    assert (to.addr_spec, writer.addr_spec) == ("lucja@example.org", "no-reply@alfa.example.org")
    assert (shown(message, "To"), shown(message, "From")) == (one_line(name), one_line(office))


def test_fixed_headers() -> None:
    message = written()
    assert message["Message-ID"] == "<abc@alfa.example.org>"
    assert message["X-Osiedle-Delivery"] == "abc"
    assert message["Date"] == "Sat, 21 Nov 2026 00:00:00 +0000"
    assert message["Reply-To"] == "biuro@alfa.example.org"
    assert message["List-Unsubscribe"] == "<https://alfa.example.org/unsubscribe/t>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"


def test_what_cannot_be_declined_says_nothing_of_it() -> None:
    raw = compose(SENDER, Letter("s", "t", "h"), Delivery("a@example.org", "", "m@x.pl", "p"))
    assert b"List-Unsubscribe" not in raw


@pytest.mark.parametrize(
    "address",
    ["", "a", "a@", "@b.pl", "a b@c.pl", "a@b.pl\r\nBcc: x@y.pl", "a@b.pl,c@d.pl", "a@b..pl", "a.@b.pl", "a@-b.pl",
     "a@b.pl.", "a" * 65 + "@b.pl", "a@" + "b" * 250 + ".pl", "a@b\u2028.pl", '"a"@b.pl', "<a@b.pl>",
     "ł@b.pl", "a@b.pl\x00"],
)  # fmt: skip
def test_bad_addresses_are_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        checked_address(address)


def test_foreign_domains_are_sent_as_idna() -> None:
    assert checked_address("biuro@spółdzielnia.pl") == "biuro@xn--spdzielnia-hbb26g.pl"


@pytest.mark.parametrize("word", ["a b", "a\r\nb", "<a>", "ż", ""])
def test_ids_of_ours_are_never_text(word: str) -> None:
    if word == "":
        return
    with pytest.raises(ValueError, match="not fit"):
        compose(SENDER, Letter("s", "t", "h"), Delivery("a@example.org", "", word, "p"))
