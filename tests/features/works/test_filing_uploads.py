"""Photographs in pieces: a broken line costs one piece, and nothing gets in that a form would not let in."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.attachments.checking import checked
from app.core.clock import today
from app.works.filing import uploads, weeks
from tests.features.works.filing_steps import Sender, begun, large_photo, photo, week

HALF = 1 << 19


@pytest.fixture
def sender(site: Any) -> Sender:
    return Sender(site, "wojtek", begun(site))


def pieces(site: Any) -> list[str]:
    """What lies in the storage of what is being sent."""
    from app.gateways import files
    from tenants.keys import file_root

    return site.do(lambda: [name for name in files.files().names(file_root()) if name.startswith(uploads.FOLDER)])  # type: ignore[no-any-return]


def kept_hash(site: Any) -> str:
    rows = site.sql("SELECT s.sha256 FROM works_files f JOIN stored_files s ON s.id = f.file_id")
    assert len(rows) == 1
    return str(rows[0][0].hex())


def test_sending_goes_on_where_the_line_broke(site: Any, sender: Sender) -> None:
    content = large_photo()
    assert len(content) > 2 * HALF
    first = sender.begin(content)
    assert (first.status_code, first.json["offset"]) == (201, 0)
    assert sender.piece(first.json["id"], 0, content[:HALF]).json["offset"] == HALF
    # the line breaks, the page is loaded anew: the same file is the same upload
    again = Sender(site, "wojtek", sender.of)
    told = again.begin(content)
    assert (told.json["id"], told.json["offset"]) == (first.json["id"], HALF)
    assert again.whole(content).json["state"] == "done"
    drawn = checked("dach.jpg", content).content
    assert kept_hash(site) == hashlib.sha256(drawn).hexdigest()
    site.work()
    assert pieces(site) == []
    assert again.begin(content).json["state"] == "done"
    assert "dach.jpg" in site.enter("adam").get(f"{site.url}/files/series/{sender.of}/{week()}").text


def test_head_tells_how_far_it_came(site: Any, sender: Sender) -> None:
    content = large_photo()
    upload = sender.begin(content).json["id"]
    sender.piece(upload, 0, content[:1000])
    browser = sender.browser
    answer = browser.client.head(f"{sender.url}/{upload}", base_url=browser.base_url)
    assert answer.headers["Upload-Offset"] == "1000"
    assert answer.headers["Upload-Length"] == str(len(content))


def test_a_wrong_offset_changes_nothing_and_tells_the_right_one(site: Any, sender: Sender) -> None:
    content = large_photo()
    upload = sender.begin(content).json["id"]
    sender.piece(upload, 0, content[:HALF])
    for offset in (0, 17, HALF + 1, len(content)):
        answer = sender.piece(upload, offset, content[:10])
        assert (answer.status_code, answer.json["offset"]) == (409, HALF), offset
    assert sender.whole(content).json["state"] == "done"
    assert kept_hash(site) == hashlib.sha256(checked("dach.jpg", content).content).hexdigest()
    assert sender.piece(upload, len(content), b"x").status_code == 409


def test_two_tabs_make_one_photograph(site: Any, sender: Sender) -> None:
    content, other = large_photo(), Sender(site, "wojtek", sender.of)
    one, two = sender.begin(content).json["id"], other.begin(content).json["id"]
    assert one == two
    assert sender.piece(one, 0, content[:HALF]).status_code == 200
    assert other.piece(two, 0, content[:HALF]).status_code == 409
    assert other.whole(content).json["state"] == "done"
    assert sender.piece(one, HALF, content[HALF : 2 * HALF]).json["state"] == "done"
    assert site.sql("SELECT count(*) FROM works_files") == [(1,)]


def test_the_same_photograph_under_two_names_is_one(site: Any, sender: Sender) -> None:
    content = photo("red")
    assert sender.whole(content, "a.jpg").json["state"] == "done"
    assert sender.whole(content, "b.jpg").json["state"] == "done"
    assert site.sql("SELECT count(*) FROM works_files") == [(1,)]


def test_more_than_was_promised_is_not_taken(site: Any, sender: Sender) -> None:
    content = large_photo()
    upload = sender.begin(content, size=1000).json["id"]
    assert sender.piece(upload, 0, content[:1001]).status_code == 422
    assert sender.piece(upload, 0, b"\xff\xd8\xff" + b"x" * uploads.PIECE).status_code == 413
    assert sender.piece(upload, 0, b"").status_code == 422
    assert site.sql("SELECT received FROM works_uploads") == [(0,)]


def test_a_program_is_refused_at_its_first_piece_with_a_sentence(site: Any, sender: Sender) -> None:
    program = b"MZ\x90\0" + b"\0" * (2 * HALF)
    upload = sender.begin(program, "faktura.jpg").json["id"]
    answer = sender.piece(upload, 0, program[:HALF])
    assert answer.status_code == 422
    assert "faktura.jpg" in answer.json["message"] and "JPEG" in answer.json["message"]
    assert pieces(site) == []


def test_a_photograph_that_is_spoilt_is_refused_at_its_end(site: Any, sender: Sender) -> None:
    answer = sender.whole(b"\xff\xd8\xff" + b"nonsense" * 1000)
    assert answer.status_code == 422
    assert "uszkodzony" in answer.json["message"]
    assert site.sql("SELECT count(*) FROM works_documents") == [(0,)]


@pytest.mark.parametrize(
    "odd",
    [{"size": "-1"}, {"size": "x" * 9999}, {"size": "0"}, {"size": str(26 << 20)}, {"size": "9" * 30},
     {"week": "2999-01-01"}, {"week": "nic"}],
)  # fmt: skip
def test_what_makes_no_sense_is_not_begun(site: Any, sender: Sender, odd: dict[str, str]) -> None:
    assert sender.begin(photo(), **odd).status_code == 422
    assert site.sql("SELECT count(*) FROM works_uploads") == [(0,)]


def test_long_names_and_keys_do_no_harm(sender: Sender) -> None:
    assert sender.begin(photo(), name="ż" * 10_000 + ".jpg", key="k" * 10_000).status_code == 201
    assert sender.begin(photo(), series="x" * 10_000).status_code == 404


def test_nobody_sees_or_sends_what_somebody_else_began(site: Any, sender: Sender) -> None:
    content = large_photo()
    upload = sender.begin(content).json["id"]
    for login in ("wanda", "olga"):
        other = Sender(site, login, sender.of)
        assert site.enter(login).get(f"{sender.url}/{upload}").status_code == 404
        assert other.piece(upload, 0, content[:10]).status_code == 404
    elsewhere = f"/works/{site.other_id}/files/uploads/{upload}"
    assert site.enter("obcy").get(elsewhere).status_code == 404
    assert site.enter("wojtek").get(elsewhere).status_code == 404
    assert sender.piece("x" * 22, 0, b"x").status_code == 404


def test_pieces_need_the_token_of_the_form(site: Any, sender: Sender) -> None:
    upload = sender.begin(large_photo()).json["id"]
    sender.token = "nothing"
    assert sender.piece(upload, 0, b"\xff\xd8\xff").status_code == 400
    assert sender.begin(photo(), "z.jpg").status_code == 400


def test_the_day_of_the_photograph_says_its_week(site: Any, sender: Sender) -> None:
    then = today() - timedelta(weeks=2)
    answer = sender.whole(photo(taken=then), day="")
    assert answer.json["week"] == weeks.monday(then).isoformat()
    assert site.sql("SELECT week_on FROM works_documents") == [(weeks.monday(then),)]


def test_what_was_not_finished_is_forgotten_after_two_days(site: Any, sender: Sender) -> None:
    content = large_photo()
    sender.piece(sender.begin(content).json["id"], 0, content[:HALF])
    assert len(pieces(site)) == 1
    site.do(uploads.forget_old)
    assert len(pieces(site)) == 1
    site.sql("UPDATE works_uploads SET touched_at = now() - interval '49 hours'")
    site.do(uploads.forget_old)
    site.work()
    assert pieces(site) == []
    assert site.sql("SELECT count(*) FROM works_uploads") == [(0,)]


def test_nobody_begins_without_end(site: Any, sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_OPEN", 2)
    assert [sender.begin(photo(), f"{number}.jpg").status_code for number in range(3)] == [201, 201, 422]


def test_a_full_site_takes_no_more(site: Any, sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.works.filing.photos.SITE_BYTES", 100)
    assert sender.begin(photo()).status_code == 422


def test_a_large_photograph_is_bounded(site: Any, sender: Sender, tmp_path: Path) -> None:
    made = BytesIO()
    Image.new("RGB", (6000, 3000), "red").save(made, "JPEG")
    assert sender.whole(made.getvalue()).json["state"] == "done"
    document, file = site.sql(
        "SELECT d.public_id, f.public_id FROM works_documents d JOIN works_files f ON f.document_id = d.id"
    )[0]
    kept = site.enter("olga").get(f"{site.url}/files/{document}/file/{file}").data
    with Image.open(BytesIO(kept)) as picture:
        assert max(picture.size) == 4000


def test_a_withdrawn_week_is_sent_anew(site: Any, sender: Sender) -> None:
    content = photo()
    assert sender.whole(content).json["state"] == "done"
    document = site.sql("SELECT public_id FROM works_documents")[0][0]
    url = f"{site.url}/files/{document}"
    assert site.sent("wojtek", f"{url}/withdraw", url, reason="nie ta ściana").status_code == 303
    assert sender.begin(content).json["state"] == "open"
    assert sender.whole(content).json["state"] == "done"
    assert site.sql("SELECT count(*) FROM works_documents WHERE withdrawn_at IS NULL") == [(1,)]
