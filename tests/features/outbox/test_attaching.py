"""What letters bring along: stored files and papers made while the letter leaves."""

from __future__ import annotations

import email
import json
from collections.abc import Callable, Iterator
from email.policy import default
from typing import Any

import pytest

from app.core.errors import Refused
from app.core.letter import Attachment, Delivery, Letter, Sender
from app.gateways import mime
from app.outbox import attaching, rules
from tests.features.outbox.conftest import Outbox
from tests.features.outbox.crooked import Crooked

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
MakeKnown = Callable[..., None]


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Iterator[MakeKnown]:
    monkeypatch.setattr(attaching, "_makers", dict(attaching._makers))
    yield attaching.register


def write(outbox: Outbox, attachments: list[dict[str, Any]], people: int = 1, cause: str = "mailout:1") -> None:
    from app.core import work
    from app.outbox.commands import post_set

    with outbox.bound():
        post_set(
            "mailout",
            cause,
            {"subject": "Opłaty", "body_text": "W załączniku.", "attachments": attachments},
            "SELECT 'person:' || n AS recipient_key, format('r%s@example.org', n) AS address, 'Łucja' AS name, "
            "'pl' AS locale, CAST(:own AS jsonb) AS context FROM generate_series(1, :n) AS n",
            {"n": people, "own": "{}"},
        )
        work.commit()


def store(outbox: Outbox, content: bytes = PDF, size: int | None = None) -> int:
    from app.attachments.commands import keep
    from app.attachments.rules import Checked
    from app.core import work

    with outbox.bound():
        kept = keep(Checked("a.pdf", "application/pdf", content))
        work.commit()
    if size:
        outbox.sql(f"UPDATE stored_files SET size = {size} WHERE id = {kept.id}")
    return int(kept.id)


def files(message: bytes) -> list[tuple[str, str, bytes]]:
    read: Any = email.message_from_bytes(message, policy=default)
    return [(one.get_filename(), one.get_content_type(), one.get_content()) for one in read.iter_attachments()]


def test_each_recipient_gets_the_paper_made_for_them(
    outbox: Outbox, crooked: Crooked, mailer: Any, known: MakeKnown
) -> None:
    known("tests.paper", lambda args: PDF + json.dumps(args).encode())
    write(outbox, [])
    outbox.sql(
        "UPDATE outbox_items SET context = jsonb_build_object('attachments', jsonb_build_array(jsonb_build_object("
        "'make', 'tests.paper', 'args', jsonb_build_object('unit', '12/3'), 'name', 'Zawiadomienie – żółć.pdf')))"
    )
    assert outbox.turn(mailer) is None
    ((_to, message),) = crooked.messages
    assert files(message) == [("Zawiadomienie – żółć.pdf", "application/pdf", PDF + b'{"unit": "12/3"}')]
    body: Any = email.message_from_bytes(message, policy=default)
    assert "W załączniku." in body.get_body(("plain",)).get_content()
    assert "<p>W załączniku.</p>" in body.get_body(("html",)).get_content()
    assert max(len(line) for line in message.split(b"\r\n")) < 998


def test_a_stored_file_goes_to_everybody(outbox: Outbox, crooked: Crooked, mailer: Any) -> None:
    write(outbox, [{"file": store(outbox), "name": "Regulamin.pdf"}], people=5)
    assert outbox.turn(mailer) is None
    assert len(crooked.messages) == 5
    assert all(files(message) == [("Regulamin.pdf", "application/pdf", PDF)] for _to, message in crooked.messages)


def test_what_cannot_be_attached_fails_that_letter_alone(
    outbox: Outbox, crooked: Crooked, mailer: Any, known: MakeKnown
) -> None:
    def refuses(args: dict[str, Any]) -> bytes:
        raise Refused("Lokal 12/3 nie ma naliczeń.")

    known("tests.none", refuses)
    wanted: list[list[dict[str, Any]]] = [
        [{"make": "tests.none", "name": "a.pdf"}],
        [{"make": "tests.unknown", "name": "a.pdf"}],
        [{"file": 10**9, "name": "a.pdf"}],
        [{"file": store(outbox, PDF + b"60", 60 << 20), "name": "wielki.pdf"}],
        [],
    ]
    for number, attachments in enumerate(wanted):
        write(outbox, attachments, cause=f"mailout:{number}")
    assert outbox.turn(mailer) is None
    assert outbox.rows("state, reason", "ORDER BY id") == [
        ("failed", "Lokal 12/3 nie ma naliczeń."),
        ("failed", rules.NO_FILE),
        ("failed", rules.NO_FILE),
        ("failed", rules.TOO_LARGE),
        ("sent", None),
    ]
    assert len(crooked.messages) == 1


def test_too_much_is_refused_before_anything_is_read(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.outbox.attaching import CannotAttach, check

    with outbox.bound():
        for wanted in ([{"make": "nobody", "name": "x"}], [{"name": "x"}], [{"make": "x"}], [{"file": 1}] * 11):
            with pytest.raises(CannotAttach):
                check(wanted)
    huge = store(outbox, PDF + b"1", 60 << 20)
    monkeypatch.setattr(attaching, "_content", lambda _id: pytest.fail("was read"))
    with outbox.bound(), pytest.raises(CannotAttach, match=rules.TOO_LARGE):
        check([{"file": huge, "name": "x.pdf"}])


@pytest.mark.parametrize(
    ("name", "arrives"),
    [
        ("a.pdf", "a.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('x"; filename="evil.exe', "x_; filename=_evil.exe"),
        ("a\r\nBcc: x@y.pl\r\n\r\nb.pdf", "a Bcc_ x@y.pl b.pdf"),
        ("żółć\u2028.pdf", "żółć .pdf"),
        ("..", "plik"),
        ("😀" * 200 + ".pdf", "😀" * 76 + ".pdf"),
    ],
)
def test_names_of_files_cannot_write_headers(name: str, arrives: str) -> None:
    letter = Letter("x", "y", "<p>y</p>", (Attachment(name, "application/pdf", mime.encoded(PDF)),))
    made = mime.compose(Sender("a", "a@b.pl"), letter, Delivery("c@d.pl", "C", "m@b.pl", "m"), 0)
    read: Any = email.message_from_bytes(made, policy=default)
    (part,) = read.iter_attachments()
    assert part.get_filename() == arrives
    assert part.get_content() == PDF
    assert read["Bcc"] is None
    assert max(len(line) for line in made.split(b"\r\n")) < 998


def test_files_are_remembered_within_bounds(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attaching, "KEPT_BYTES", 5000)
    monkeypatch.setattr(attaching, "_content", lambda one: bytes(3000))
    kept = attaching.Kept()
    for one in (1, 2, 1, 3):
        assert len(kept.body(one)) > 4000
    assert len(kept._bodies) == 1
    assert kept._bytes <= 5000
