"""What is taken as an attachment and what is not: the bytes decide, never the name."""

from __future__ import annotations

import io
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image

from app.attachments import checking, rules
from app.core import runtime
from app.core.errors import Refused, TryLater
from tests.factories import documents as made


@pytest.fixture(autouse=True)
def _settings(app: Any) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.mark.parametrize(
    ("name", "content", "kept_as"),
    [
        ("pismo.PDF", made.pdf(), "pismo.pdf"),
        ("zdjęcie.jpg", made.picture("JPEG"), "zdjęcie.jpg"),
        ("plan.png", made.picture("PNG"), "plan.png"),
        ("foto.webp", made.picture("WEBP"), "foto.webp"),
        ("Uchwała 3.docx", made.word("Uchwała"), "Uchwała 3.docx"),
        ("zestawienie.xlsx", made.sheet(("lokal", 1)), "zestawienie.xlsx"),
        ("pismo.odt", made.odt("Dzień dobry"), "pismo.odt"),
        ("notatka.txt", "zażółć".encode(), "notatka.txt"),
        ("lista.csv", b"lokal;kwota\n1;2\n", "lista.csv"),
        ("bez rozszerzenia", made.pdf(), "bez rozszerzenia.pdf"),
        ("faktura.pdf.exe", made.pdf(), "faktura.pdf.exe.pdf"),
        ("../../etc/passwd", made.pdf(), "passwd.pdf"),
        ("..\\..\\windows\\system.ini", made.pdf(), "system.ini.pdf"),
        ("umowa\u202efdp.exe", made.pdf(), "umowa fdp.exe.pdf"),
        ('a"b<c>\r\nX: y.pdf', made.pdf(), "a b c X y.pdf"),
        ("." * 40, made.pdf(), "plik.pdf"),
        ("ż" * 500 + ".pdf", made.pdf(), "ż" * 100 + ".pdf"),
    ],
)
def test_a_file_is_kept_under_a_plain_name_that_tells_its_kind(name: str, content: bytes, kept_as: str) -> None:
    assert checking.checked(name, content, rules.DOCUMENTS).name == kept_as


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("strona.html", b"<html><script>alert(1)</script>", "nie przyjmujemy"),
        ("obraz.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "nie przyjmujemy"),
        ("program.exe", b"MZ\x90\0", "nie przyjmujemy"),
        ("program.pdf", b"MZ\x90\0", "nie przyjmujemy"),
        ("paczka.zip", made.archive({"a.txt": b"x"}), "nie przyjmujemy"),
        ("pusty.pdf", b"", "pusty"),
        ("makra.docx", made.with_macro(made.word("x")), "makra"),
        ("uciete.docx", made.word("x")[:-300], "uszkodzony"),
        ("i strona.pdf", b"%PDF-1.4\n<html><script>alert(1)</script>\n" + made.pdf()[9:], "uszkodzony"),
        ("i archiwum.pdf", made.pdf() + made.archive({"a.txt": b"x"}), "uszkodzony"),
        ("ucięty.pdf", made.pdf()[:-60], "uszkodzony"),
        ("zepsute.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "uszkodzony"),
        ("telefon.heic", b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        ("zera.txt", b"a\0b", "nie przyjmujemy"),
        ("test.txt", made.EICAR, "wirusa"),
        ("test.pdf", made.pdf().replace(b"%%EOF", made.EICAR + b"\n%%EOF"), "wirusa"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_by_name(name: str, content: bytes, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        checking.checked(name, content, rules.DOCUMENTS)
    assert said in refusal.value.message and refusal.value.field == "files"
    assert name.split(".")[0][:6] in refusal.value.message


def test_a_file_above_the_limit_is_refused_with_the_limit() -> None:
    with pytest.raises(Refused, match="najwyżej 1 MB"):
        checking.checked("duzy.txt", b"a" * (1 << 20) + b"b", rules.DOCUMENTS, largest=1 << 20)


def test_a_kind_that_this_place_does_not_take_is_refused_with_those_it_does() -> None:
    with pytest.raises(Refused, match="PDF, JPEG, PNG, WebP"):
        checking.checked("pismo.docx", made.word("x"), rules.LETTERS)


def test_a_photograph_loses_the_place_where_it_was_taken_and_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "Kowalska, Kościuszki 5/1"
    kept = checking.checked("foto.jpg", made.picture("JPEG", (640, 480), exif=exif))
    with Image.open(io.BytesIO(kept.content)) as picture:
        assert picture.size == (480, 640) and not picture.getexif()
    assert b"Kowalska" not in kept.content


def test_what_is_hidden_behind_a_photograph_is_gone() -> None:
    for kind in ("JPEG", "PNG"):
        kept = checking.checked("foto", made.picture(kind) + b"<script>alert(1)</script>" + made.archive({"a": b"x"}))
        assert b"<script>" not in kept.content and b"PK\x03\x04" not in kept.content


def test_a_picture_bomb_is_not_unpacked() -> None:
    small = made.picture("PNG", (10, 10))
    bomb = small[:16] + struct.pack("!LL", 60_000, 60_000) + small[24:]
    with pytest.raises(Refused, match=r"pikseli|uszkodzony"):
        checking.checked("bomba.png", bomb)


def test_an_office_file_that_unpacks_without_end_is_refused() -> None:
    bomb = made.archive({"word/document.xml": b"a" * (300 << 20), "[Content_Types].xml": b"x"})
    with pytest.raises(Refused, match="po rozpakowaniu"):
        checking.checked("bomba.docx", bomb, rules.DOCUMENTS)


class Scanner:
    """A clamd that answers what it is told to, and keeps what it was sent."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self.seen = b""
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"clamd://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        line, _peer = self._door.accept()
        with line, line.makefile("rb") as coming:
            assert coming.read(10) == b"zINSTREAM\0"
            while length := struct.unpack("!L", coming.read(4))[0]:
                self.seen += coming.read(length)
            line.sendall(self._answer)

    def close(self) -> None:
        self._door.close()


@pytest.fixture
def scanned(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    opened: list[Scanner] = []

    def by(answer: bytes | None) -> Scanner | None:
        scanner = Scanner(answer) if answer is not None else None
        if scanner:
            opened.append(scanner)
        address = scanner.address if scanner else "clamd://127.0.0.1:9"
        settings = replace(runtime.settings(), clamav_url=address)
        monkeypatch.setattr("app.gateways.scanner.settings", lambda: settings)
        return scanner

    yield by
    for scanner in opened:
        scanner.close()


def test_a_configured_scanner_sees_every_byte_and_its_word_is_kept(scanned: Any) -> None:
    scanner = scanned(b"stream: OK\0")
    content = made.pdf(pages=3)
    assert checking.checked("pismo.pdf", content).verdict == "clean"
    assert scanner.seen == content


def test_what_the_scanner_finds_is_refused(scanned: Any) -> None:
    scanned(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")
    with pytest.raises(Refused, match="wirusa"):
        checking.checked("pismo.pdf", made.pdf())


@pytest.mark.parametrize("answer", [None, b"", b"INSTREAM size limit exceeded. ERROR\0"])
def test_what_the_scanner_cannot_look_at_is_not_taken_for_clean(scanned: Any, answer: bytes | None) -> None:
    scanned(answer)
    with pytest.raises(TryLater, match="antywirusowy"):
        checking.checked("pismo.pdf", made.pdf())
