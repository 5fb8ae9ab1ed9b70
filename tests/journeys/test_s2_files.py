"""S2: files of a building site, as its people use them: folders, one click, photographs by week on a bad line."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from app.core.clock import today
from tests.journeys.conftest import Product

_BUILD = """
import json
from datetime import timedelta
from app.accounts.commands import create_account
from app.accounts.models import Account
from app.core import work
from app.core.actor import Actor, Role, rights, system
from app.works import commands
from app.works.access import place
from app.works.filing import series, weeks
from app.core.clock import today
from sqlalchemy import select
from tenants.context import bind
from tenants.db import db
from flask import current_app

def actor(login):
    row = db.session.execute(select(Account).where(Account.login_key == login)).scalar_one()
    return Actor("account", login, account_id=row.id, role=Role(row.role), can=rights(Role(row.role)))

with bind(current_app.extensions["tenants"].by_slug("SLUG")):
    for login in ("budowniczy", "inwestor"):
        create_account(system("tests"), login, [], "collaborator", f"{login}@budowa.example", password="PASSWORD")
    db.session.flush()
    admin = actor("admin")
    site = commands.open_site(admin, "Remont dachu", [])
    here = place(admin, site.public_id)
    commands.add_member(admin, here, actor("inwestor").account_id, "Olga Inwestor", "owner", "Wspólnota")
    commands.add_member(admin, here, actor("budowniczy").account_id, "Marek Budowniczy", "manager", "Bud-Mar")
    olga = actor("inwestor")
    here = place(olga, site.public_id)
    member = next(one for one in series.responsible(olga, here) if one.login == "budowniczy")
    starts_on = weeks.monday(today()) - timedelta(weeks=2)
    typed = {"member": member.public_id, "weekday": 7, "every": 1, "starts_on": starts_on}
    photo = series.begin(olga, here, "photo", {**typed, "title": "Elewacja"})
    report = series.begin(olga, here, "report", {**typed, "title": "Tygodniowy raport kierownika budowy"})
    work.commit()
    print("MADE" + json.dumps({"site": site.public_id, "photo": photo.public_id, "report": report.public_id}))
"""


@pytest.fixture(scope="module")
def works(product: Product, osada: str) -> dict[str, str]:
    """A site at `osada` with a series of photographs and one of reports, two weeks old; ids by name."""
    password = "Zielony-Kasztan-77"
    said = product.flask("shell", stdin=f"exec({_BUILD.replace('SLUG', osada).replace('PASSWORD', password)!r})\n")
    made: dict[str, str] = json.loads(said[said.index("MADE") + 4 :].splitlines()[0])
    return made | {"url": f"/works/{made['site']}", "password": password, "slug": osada}


@pytest.fixture
def enter(works: dict[str, str], visit: Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Opens a page below the site as one of its people."""
    yield lambda login, path="", **options: visit(
        works["slug"], login, path=works["url"] + path, password=works["password"], **options
    )


def monday(ago: int = 0) -> str:
    day = today() - timedelta(weeks=ago)
    return (day - timedelta(days=day.weekday())).isoformat()


def picture(folder: Path, name: str, seed: int, size: tuple[int, int] = (1400, 1000)) -> str:
    """A photograph of some pieces on the disk of whoever sends it."""
    noise = Image.effect_noise(size, 60 + seed).convert("RGB")
    noise.save(folder / name, "JPEG", quality=95)
    return str(folder / name)


def filed(page: Any, folder: str, title: str, file: dict[str, Any]) -> None:
    page.get_by_role("link", name="Dodaj dokument").click()
    page.get_by_role("link", name=folder, exact=True).click()
    page.get_by_label("Tytuł").fill(title)
    page.get_by_label("Pliki").set_input_files(file)
    page.get_by_role("button", name="Zapisz w teczce").click()
    page.get_by_role("heading", name=title).wait_for()


def saved(page: Any, name: str) -> bytes:
    """What one click on a link saves."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name).first.click()
    return Path(waiting.value.path()).read_bytes()


def test_s2_10_home_holds_all_documents_of_the_works(enter: Callable[..., Any]) -> None:
    page = enter("budowniczy", "/files")
    filed(page, "Umowy i aneksy", "Umowa z dekarzem", {"name": "umowa.txt", "mimeType": "", "buffer": b"Umowa"})
    home = enter("inwestor")
    row = home.locator("#documents ~ ul > li", has_text="Umowa z dekarzem")
    assert "Marek Budowniczy" in row.inner_text()
    assert "Umowy i aneksy" in row.inner_text()


def test_s2_16_a_document_is_classified_when_saved_and_found_by_its_words(enter: Callable[..., Any]) -> None:
    page = enter("budowniczy", "/files", java_script_enabled=False)
    text = "Kontrłaty wymieniono na całej połaci.".encode()
    filed(page, "Oferty i kosztorysy", "Kosztorys dachu", {"name": "k.txt", "mimeType": "", "buffer": text})
    assert page.locator(".facts").inner_text().find("Oferty i kosztorysy") > 0
    owner = enter("inwestor", "/files")
    assert "Kosztorys dachu" in owner.locator(".works-folder", has_text="Oferty i kosztorysy").inner_text()
    for _round in range(40):
        owner.goto(owner.url.split("/files")[0] + "/files/all?q=kontrlata")
        if owner.get_by_text("Kosztorys dachu").count():
            break
        owner.wait_for_timeout(500)
    assert owner.get_by_text("Kontrłaty wymieniono").count() == 1


def test_s2_18_the_weekly_report_is_one_click_away(enter: Callable[..., Any], works: dict[str, str]) -> None:
    page = enter("budowniczy", f"/files/series/{works['report']}")
    assert "brakuje" in page.locator(".works-week.is-missing").first.inner_text()
    page.get_by_role("link", name="Dodaj za ten tydzień").click()
    report = {"name": "raport.txt", "mimeType": "text/plain", "buffer": b"Raport tygodnia"}
    page.get_by_label("Pliki").set_input_files(report)
    page.get_by_role("button", name="Zapisz w teczce").click()
    page.get_by_role("heading", name="Tygodniowy raport kierownika budowy – tydzień").wait_for()
    assert saved(page, "Pobierz") == b"Raport tygodnia"
    assert saved(enter("inwestor", f"/files/series/{works['report']}"), "Pobierz") == b"Raport tygodnia"


def test_s2_19_photographs_by_week_without_a_script(
    enter: Callable[..., Any], works: dict[str, str], tmp_path: Path
) -> None:
    page = enter("budowniczy", f"/files/series/{works['photo']}", java_script_enabled=False)
    assert "Brakuje 2 tygodni" in page.locator("main").inner_text()
    page.get_by_role("link", name="Dodaj –").last.click()
    page.locator("#files").set_input_files([picture(tmp_path, f"{n}.jpg", n, (300, 200)) for n in range(3)])
    page.get_by_role("button", name="Dodaj zdjęcia").click()
    page.get_by_role("heading", name=re.compile("^3 zdję")).wait_for()
    page.goto(page.url.rpartition("/")[0])
    assert "Brakuje 1 tygodnia" in page.locator("main").inner_text()
    with zipfile.ZipFile(BytesIO(_all_of(enter, works, 2))) as archive:
        assert sorted(archive.namelist()) == ["0.jpg", "1.jpg", "2.jpg"]


def _all_of(enter: Callable[..., Any], works: dict[str, str], ago: int) -> bytes:
    return saved(enter("inwestor", f"/files/series/{works['photo']}/{monday(ago)}"), "Pobierz wszystkie")


def test_s2_19_a_broken_line_costs_one_piece(enter: Callable[..., Any], works: dict[str, str], tmp_path: Path) -> None:
    address = f"/files/series/{works['photo']}/{monday()}"
    page = enter("budowniczy", address)
    context = page.context
    files = [picture(tmp_path, f"dach{n}.jpg", n) for n in range(3)]
    assert all(Path(file).stat().st_size > 1 << 20 for file in files)
    pieces: list[int] = []

    def cut(route: Any) -> None:
        """The third piece finds no line, and none after it until there is one again."""
        pieces.append(1)
        if len(pieces) == 3:
            context.set_offline(True)
        route.continue_()

    page.route("**/files/uploads/*", cut)
    page.locator("#files").set_input_files(files)
    page.get_by_role("button", name="Dodaj zdjęcia").click()
    page.locator("#sending li .soft", has_text="Brak połączenia").first.wait_for()
    arrived = len(pieces)
    context.set_offline(False)
    page.get_by_text("Gotowe: dodano 3 z 3 zdjęć").wait_for(timeout=60_000)
    assert arrived >= 3
    page.get_by_role("link", name="Pokaż dodane zdjęcia").click()
    page.get_by_role("heading", name=re.compile("^3 zdję")).wait_for()
    drawn = page.locator(".works-thumb:has(img)")
    for _round in range(240):
        page.reload()
        if drawn.count():
            break
        page.wait_for_timeout(500)
    assert drawn.locator("img").first.evaluate("picture => picture.naturalWidth") > 0
    drawn.first.click()
    assert page.locator("img.works-photo").evaluate("picture => picture.naturalWidth") > 400


def test_s2_19_a_reload_in_the_middle_sends_only_the_rest(
    enter: Callable[..., Any], works: dict[str, str], tmp_path: Path
) -> None:
    page = enter("budowniczy", f"/files/series/{works['photo']}/{monday(1)}")
    file = picture(tmp_path, "komin.jpg", 7, (2400, 1800))
    offsets: list[int] = []

    def first_only(route: Any) -> None:
        offsets.append(int(route.request.headers["upload-offset"]))
        if len(offsets) == 3:
            route.abort()
        else:
            route.continue_()

    page.route("**/files/uploads/*", first_only)
    page.locator("#files").set_input_files(file)
    page.get_by_role("button", name="Dodaj zdjęcia").click()
    page.locator("#sending li .soft", has_text="Brak połączenia").first.wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    assert "Nie dokończono wysyłania 1 zdjęć" in page.locator("#sending-say").inner_text()
    offsets[:] = [-1] * 3  # nothing is cut any more
    page.locator("#files").set_input_files(file)
    page.get_by_role("button", name="Dodaj zdjęcia").click()
    page.get_by_text("Gotowe: dodano 1 z 1 zdjęć").wait_for(timeout=60_000)
    assert offsets[3] >= 2 * 512 * 1024, "what had arrived was not sent again"


def test_s2_19_a_program_is_refused_with_a_sentence(enter: Callable[..., Any], works: dict[str, str]) -> None:
    page = enter("budowniczy", f"/files/series/{works['photo']}/{monday(1)}")
    more = page.locator("summary", has_text="Dodaj więcej zdjęć")
    if more.count():
        more.click()
    program = {"name": "zdjecie.jpg", "mimeType": "image/jpeg", "buffer": b"MZ\x90\0" + b"\0" * 700_000}
    page.locator("#files").set_input_files(program)
    page.get_by_role("button", name="Dodaj zdjęcia").click()
    page.locator("#sending li.is-refused", has_text="nie przyjmujemy").wait_for()
    assert "1 nie przyjęliśmy" in page.locator("#sending-say").inner_text()


def test_s2_19_the_missing_week_is_written_about_once(
    enter: Callable[..., Any], works: dict[str, str], product: Product
) -> None:
    remind = "from app.works.filing.mails import remind\nfrom app.core.clock import today\nfrom app.core import work\n"
    remind += "from tenants.context import bind\nfrom flask import current_app\n"
    remind += f"with bind(current_app.extensions['tenants'].by_slug({works['slug']!r})):\n    remind(today())\n"
    remind += "    work.commit()\n"
    for _night in range(2):
        product.flask("shell", stdin=f"exec({remind!r})\n")
    said = product.letter("budowniczy@budowa.example", "Budowa: czekamy")
    assert "Remont dachu" in said and f"/works/{works['site']}/files/" in said
