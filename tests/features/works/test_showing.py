"""What residents of the building see of the works: what was shown to them, and nothing else."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import text

from app.attachments.checking import checked
from app.attachments.rules import DOCUMENTS, PICTURES
from app.works.access import place
from app.works.filing.commands import Sheet, add_files, file_away
from app.works.showing.rules import Stage, share
from tenants.db import db
from tests.features.documents.conftest import pdf

SHOWN = "/documents/works"


def picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (640, 480), (120, 90, 30)).save(made, "JPEG")
    return made.getvalue()


def filed(site: Any, folder: str, title: str, *, shown: bool = True, photo: bool = False) -> str:
    def do() -> str:
        here = place(site.actor_olga, site.id)
        file = (
            checked("dach.jpg", picture(), PICTURES, 1 << 20)
            if photo
            else checked("p.pdf", pdf("Odbior"), DOCUMENTS, 1 << 20)
        )
        return str(file_away(here, Sheet(folder, title, week_on=date(2026, 11, 16)), [file]).public_id)

    public_id = str(site.do(do))
    if shown:
        site.sql("UPDATE works_documents SET shown_at = now() WHERE public_id = :id", id=public_id)
    site.work()
    return public_id


@pytest.fixture
def shown(site: Any) -> Any:
    """The site with a stage, a budget and an introduction, shown to residents of B1."""
    site.actor_olga = site.actor("olga")
    page = f"{site.url}/showing"
    stage = {"name": "Wymiana pokrycia", "starts_on": "2026-10-01", "ends_on": "2026-10-20", "done_on": "2026-10-18"}
    assert site.sent("olga", f"{page}/stages/new", **stage).status_code == 303
    assert site.sent("olga", f"{page}/money/new", name="Dach", planned="12 500,50", spent="3 000").status_code == 303
    told = {"intro": "Rusztowania stoją do końca listopada.", "with_money": "y", "shown": "y"}
    assert site.sent("olga", page, **told).status_code == 303
    return site


def test_residents_of_the_building_see_the_slice(shown: Any) -> None:
    resident = shown.enter("O1")
    assert "Remont dachu" in resident.get("/documents").text
    page = resident.get(f"{SHOWN}/{shown.id}").text
    for words in ("Rusztowania stoją", "Wymiana pokrycia", "zakończony 18.10.2026", "12\xa0500,50\xa0zł", "(23%)"):
        assert words in page, words


def test_only_what_was_shown_is_there_and_invoices_never(shown: Any) -> None:
    filed(shown, "photos", "Kalenica", photo=True)
    filed(shown, "protocols", "Protokół stanu 0")
    filed(shown, "reports", "Tajny raport", shown=False)
    filed(shown, "invoices", "Faktura 7")
    page = shown.enter("O1").get(f"{SHOWN}/{shown.id}").text
    assert "Kalenica" in page and "Tydzień od 16.11.2026" in page and "Protokół stanu 0" in page
    assert "Tajny raport" not in page and "Faktura 7" not in page
    rows = shown.sql("SELECT f.public_id, d.title FROM works_files f JOIN works_documents d ON d.id = f.document_id")
    for public_id, title in rows:
        status = shown.enter("O1").get(f"{SHOWN}/{shown.id}/files/{public_id}").status_code
        assert status == (200 if title in ("Kalenica", "Protokół stanu 0") else 404), title
        if title == "Kalenica":
            drawn = shown.enter("O1").get(f"{SHOWN}/{shown.id}/files/{public_id}/picture")
            assert drawn.status_code == 200 and drawn.mimetype == "image/png"


def test_what_is_hidden_again_is_gone_at_once(shown: Any) -> None:
    assert shown.sent("olga", f"{shown.url}/showing", intro="Cisza").status_code == 303
    assert shown.enter("O1").get(f"{SHOWN}/{shown.id}").status_code == 404
    assert "Remont dachu" not in shown.enter("O1").get("/documents").text


def test_money_stays_hidden_until_somebody_shows_it(shown: Any) -> None:
    assert shown.sent("olga", f"{shown.url}/showing", intro="Bez kwot", shown="y").status_code == 303
    page = shown.enter("O1").get(f"{SHOWN}/{shown.id}").text
    assert "Bez kwot" in page and "12\xa0500,50" not in page


def test_residents_of_other_buildings_and_strangers_see_nothing(shown: Any) -> None:
    shown.sql("UPDATE works_sites SET buildings = '[\"B77\"]' WHERE public_id = :id", id=shown.id)
    assert shown.enter("O1").get(f"{SHOWN}/{shown.id}").status_code == 404
    assert shown.stranger.get(f"{SHOWN}/{shown.id}").status_code == 302
    assert shown.enter("adam").get(f"{SHOWN}/{shown.id}").status_code == 404


def test_those_without_the_right_change_nothing(shown: Any) -> None:
    ((stage,),) = shown.sql("SELECT public_id FROM works_stages")
    for who in ("adam", "wojtek", "marek", "irena", "obcy"):
        for path in ("", "/stages/new", f"/stages/{stage}", "/money/new"):
            assert shown.enter(who).get(f"{shown.url}/showing{path}").status_code == 404, (who, path)
    foreign = f"/works/{shown.other_id}/showing"
    assert shown.enter("obcy").get(f"{foreign}/stages/{stage}").status_code == 404
    assert shown.sent("obcy", f"{foreign}/stages/{stage}/remove", page=foreign).status_code == 404


def test_wrong_input_is_told_at_its_field(shown: Any) -> None:
    page = f"{shown.url}/showing"
    back = shown.sent("olga", f"{page}/stages/new", name="Etap", starts_on="2026-10-02", ends_on="2026-10-01")
    assert back.status_code == 422 and "przed jego początkiem" in back.text
    for sum_ in ("-5", "dużo", "1,234", "9" * 40):
        back = shown.sent("olga", f"{page}/money/new", name="Dach", planned=sum_, spent="0")
        assert back.status_code == 422 and "Podaj kwotę w złotych" in back.text, sum_


def test_personal_data_in_the_introduction_is_held(shown: Any) -> None:
    page = f"{shown.url}/showing"
    back = shown.sent("olga", page, intro="Klucze ma PESEL 44051401359", shown="y", with_money="y")
    assert back.status_code in (409, 422) and "nie publikujesz danych osobowych" in back.text
    assert "44051401359" not in shown.enter("O1").get(f"{SHOWN}/{shown.id}").text


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 400), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_stage_is_always_in_one_state(starts: date, days: int, today: date) -> None:
    stage = Stage("x", "Etap", starts, date.fromordinal(starts.toordinal() + days), None)
    expected = "ahead" if today < stage.starts_on else "late" if today > stage.ends_on else "running"
    assert stage.state(today) == expected


@given(st.integers(0, 10**12), st.integers(0, 10**12))
def test_a_share_never_overstates(spent: int, planned: int) -> None:
    found = share(spent, planned)
    assert found * planned <= spent * 100 and (planned == 0 or (found + 1) * planned > spent * 100)


def test_what_is_added_later_waits_until_it_is_shown_again(shown: Any) -> None:
    public_id = filed(shown, "reports", "Raport dla wszystkich")

    def add() -> None:
        ((document,),) = db.session.execute(
            text("SELECT id FROM works_documents WHERE public_id = :id"), {"id": public_id}
        ).all()
        file = checked("nowszy.pdf", pdf("Nowszy"), DOCUMENTS, 1 << 20)
        add_files(document, 2, [file], place(shown.actor_olga, shown.id).author)

    shown.do(add)
    page = shown.enter("O1").get(f"{SHOWN}/{shown.id}").text
    assert "p.pdf" in page and "nowszy.pdf" not in page
    shown.sql("UPDATE works_documents SET shown_at = now() WHERE public_id = :id", id=public_id)
    assert "nowszy.pdf" in shown.enter("O1").get(f"{SHOWN}/{shown.id}").text
