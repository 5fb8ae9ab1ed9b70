"""The same bytes are stored once, handed out so that nothing in them runs, and removed in time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from app.attachments import owners, queries, reading
from app.attachments.checking import checked
from app.attachments.commands import Kept, keep
from app.attachments.jobs import preview, tidy
from app.attachments.rules import DOCUMENTS
from app.attachments.serving import handed_out, picture
from app.core.errors import NotThere
from app.gateways import files
from tenants.context import bind
from tenants.db import db
from tenants.keys import file_root
from tests.factories import documents as made


@pytest.fixture
def inside(app: Any, new_tenant: Any) -> Iterator[Any]:
    with app.test_request_context("/"), bind(new_tenant()) as tenant:
        yield tenant


def stored(name: str, content: bytes) -> Kept:
    return keep(checked(name, content, DOCUMENTS))


def age(days: int) -> None:
    db.session.execute(text("UPDATE stored_files SET kept_at = kept_at - make_interval(days => :days)"), {"days": days})


def test_the_same_bytes_are_stored_once_under_any_name(inside: Any) -> None:
    first, second = stored("uchwała.pdf", made.pdf()), stored("kopia.pdf", made.pdf())
    assert first == second
    assert len(files.files().names(file_root())) == 1
    assert stored("inna.pdf", made.pdf("inna")).id != first.id


def test_a_file_is_handed_out_to_be_saved_and_can_run_nothing(inside: Any) -> None:
    kept = stored("uchwała.pdf", made.pdf())
    response = handed_out(kept.public_id, 'Uchwała "3"\r\nX-Evil: 1.pdf')
    response.direct_passthrough = False
    assert response.get_data() == made.pdf()
    assert response.headers["Content-Disposition"].startswith('attachment; filename="Uchwa_a 3 X-Evil 1.pdf"; ')
    assert "filename*=UTF-8''Uchwa%C5%82a%203%20X-Evil%201.pdf" in response.headers["Content-Disposition"]
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_found_to_be_infected_later_is_not_there_any_more(inside: Any) -> None:
    kept = stored("uchwała.pdf", made.pdf())
    db.session.execute(text("UPDATE stored_files SET verdict = 'infected'"))
    with pytest.raises(NotThere):
        handed_out(kept.id, "uchwała.pdf")


def test_a_file_that_the_storage_has_lost_is_not_there(inside: Any) -> None:
    kept = stored("uchwała.pdf", made.pdf())
    files.files().delete(files.key("attachments", kept.public_id))
    with pytest.raises(NotThere):
        handed_out(kept.id, "uchwała.pdf")


@pytest.mark.parametrize(
    ("name", "content", "pages"),
    [("a.pdf", made.pdf(pages=12), 10), ("a.jpg", made.picture(size=(2400, 1200)), 1), ("a.txt", b"tekst", 0)],
)
def test_pages_are_drawn_in_two_widths(inside: Any, name: str, content: bytes, pages: int) -> None:
    kept = stored(name, content)
    preview(kept.public_id)
    assert queries.pages([kept.id]) == {kept.id: pages}
    for width in (320, 1200) if pages else ():
        response = picture(kept.public_id, pages, width)
        with Image.open(io.BytesIO(response.get_data())) as drawn:
            assert drawn.width <= width and drawn.format == "PNG"
    for page, width in ((0, 320), (pages + 1, 320), (1, 500)):
        with pytest.raises(NotThere):
            picture(kept.public_id, page, width)


def test_a_damaged_file_has_no_pictures_and_no_words(inside: Any) -> None:
    kept = stored("a.pdf", b"%PDF-1.4\nnothing of this is true\n%%EOF\n")
    preview(kept.public_id)
    assert queries.pages([kept.id]) == {kept.id: 0}
    assert reading.words(kept.id) == ""


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.pdf", made.pdf("Zebranie w czwartek"), ["Zebranie w czwartek"]),
        ("a.docx", made.word("Uchwała nr 3", table=(("lokal", "Kościuszki 5/1"),)), ["Uchwała nr 3", "Kościuszki 5/1"]),
        ("a.odt", made.odt("Wymiana pionów", "w klatce B"), ["Wymiana pionów", "w klatce B"]),
        ("a.xlsx", made.sheet(("fundusz", 120)), ["fundusz 120", "Zestawienie"]),
        ("a.txt", "zażółć gęślą jaźń".encode("cp1250"), ["zażółć gęślą jaźń"]),
        ("a.csv", "lokal;kwota\nŁąka;1".encode(), ["Łąka;1"]),
        ("a.jpg", made.picture(), []),
    ],
)
def test_the_words_of_a_file_are_found(inside: Any, name: str, content: bytes, words: list[str]) -> None:
    found = reading.words(stored(name, content).id)
    assert all(word in found for word in words) and bool(found) == bool(words)


def test_what_nobody_refers_to_is_removed_after_two_days_with_its_pictures(
    inside: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    free, held = stored("wolny.pdf", made.pdf("a")), stored("trzymany.pdf", made.pdf("b"))
    preview(free.public_id)
    monkeypatch.setitem(owners._selects, "tests", f"SELECT CAST({held.id} AS bigint)")
    tidy()
    assert len(queries.pages([free.id, held.id])) == 2, "the form may still be open"
    age(3)
    monkeypatch.setattr("app.attachments.commands.DAYS_UNCLAIMED", 0)
    tidy()
    assert list(queries.pages([free.id, held.id])) == [held.id]
    assert files.files().names(file_root()) == [f"attachments/{held.public_id}"]


def test_a_file_that_is_handed_over_again_stays(inside: Any) -> None:
    kept = stored("pismo.pdf", made.pdf())
    age(3)
    stored("pismo.pdf", made.pdf())
    tidy()
    assert queries.file(kept.id).public_id == kept.public_id


def test_bytes_without_a_row_go_as_well(inside: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    files.files().put(files.key("attachments", "A" * 22), io.BytesIO(b"x"))
    files.files().put(files.key("imports", "A" * 22), io.BytesIO(b"somebody else's"))
    monkeypatch.setattr("app.attachments.commands.DAYS_UNCLAIMED", 0)
    tidy()
    assert files.files().names(file_root()) == [f"imports/{'A' * 22}"]
