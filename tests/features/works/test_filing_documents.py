"""Documents of a site: classified when saved, found by their words, with versions, history and a reason to withdraw."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Any

import pytest

from app.works.access import place
from app.works.filing import queries
from tests.features.works.filing_steps import add, photo


def folder_of(page: str, label: str) -> str:
    """The card of a folder on the page of files."""
    return re.search(rf'<li class="card works-folder">\s*<a[^>]*>(?:(?!</li>).)*{label}.*?</li>', page, re.S)[0]  # type: ignore[index]


def test_a_document_is_classified_before_it_is_saved(site: Any) -> None:
    first = site.enter("marek").get(f"{site.url}/files/new").text
    assert "Co to za dokument?" in first and "Oferty i kosztorysy" in first and 'type="file"' not in first
    answer = site.sent("marek", f"{site.url}/files/new", f"{site.url}/files/new?folder=offers", title="Oferta",
                       files=(BytesIO(b"x"), "a.txt"))  # fmt: skip
    assert answer.status_code == 422
    assert "Wybierz, co to za dokument" in answer.text
    assert site.sql("SELECT count(*) FROM works_documents") == [(0,)]


def test_it_lies_in_its_folder_at_once(site: Any) -> None:
    add(site, folder="offers", title="Oferta na okna")
    assert "Oferta na okna" in site.enter("adam").get(f"{site.url}/files/folders/offers").text
    assert "Oferta na okna" not in site.enter("adam").get(f"{site.url}/files/folders/design").text
    card = folder_of(site.enter("adam").get(f"{site.url}/files").text, "Oferty i kosztorysy")
    assert "1 dokument" in card and "Oferta na okna" in card
    assert "Oferta na okna" in site.enter("adam").get(site.url).text


def test_a_double_click_is_one_document(site: Any) -> None:
    page = site.enter("marek").get(f"{site.url}/files/new?folder=offers").text
    key = re.search(r'name="form_key"[^>]* value="([^"]+)"', page)[1]  # type: ignore[index]
    for _click in range(2):
        answer = site.sent("marek", f"{site.url}/files/new", f"{site.url}/files/new?folder=offers", folder="offers",
                           title="Oferta", form_key=key, files=(BytesIO(b"x"), "a.txt"))  # fmt: skip
        assert answer.status_code == 303
    assert site.sql("SELECT count(*) FROM works_documents") == [(1,)]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"files": (BytesIO(b"MZ\x90\0program"), "faktura.pdf")}, "nie przyjmujemy"),
        ({"files": (BytesIO(b""), "")}, "Wybierz plik"),
        ({"title": ""}, "Nazwij dokument"),
        ({"title": "Raport \u202efdp.exe"}, "bez znaków sterujących"),
        ({"title": "x" * 10_000}, "za długi"),
        ({"dated_on": "30 lutego"}, "Podaj datę"),
    ],
)
def test_what_cannot_be_filed_is_refused_in_words(site: Any, given: dict[str, Any], sentence: str) -> None:
    sent = {"folder": "offers", "title": "Oferta", "files": (BytesIO(b"x"), "a.txt"), **given}
    answer = site.sent("marek", f"{site.url}/files/new", f"{site.url}/files/new?folder=offers", **sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert site.sql("SELECT count(*) FROM works_documents") == [(0,)]


def test_words_of_the_file_find_it_without_polish_marks(site: Any) -> None:
    add(site, title="Protokół narady", content="Wykonawca wymieni łaty i kontrłaty na połaci północnej.".encode())
    add(site, title="Coś innego", content=b"nic")
    site.work()
    for typed in ("kontrłata", "kontrlaty", "PÓŁNOCNA", "narady"):
        found = site.enter("adam").get(f"{site.url}/files/all?q={typed}").text
        assert "Protokół narady" in found and "Coś innego" not in found, typed
    assert "łaty i kontrłaty" in site.enter("adam").get(f"{site.url}/files/all?q=kontrłata").text
    for odd in ("%25", "_", "' OR 1=1", "a" * 10_000):
        assert site.enter("adam").get(f"{site.url}/files/all?q={odd}").status_code == 200


def test_a_list_narrows_to_author_and_week(site: Any) -> None:
    add(site, "marek", title="Raport pierwszy", week="2026-11-12")
    add(site, "wanda", folder="offers", title="Oferta Wandy")
    page = site.enter("adam").get(f"{site.url}/files/all?author=Wanda+Wykonawcza").text
    assert "Oferta Wandy" in page and "Raport pierwszy" not in page
    page = site.enter("adam").get(f"{site.url}/files/all?week=2026-11-10").text
    assert "Raport pierwszy" in page and "Oferta Wandy" not in page and "tydzień 46/2026" in page


def test_versions_stay_and_the_newest_is_one_click_away(site: Any) -> None:
    url = add(site, "adam", "design", "Rzut", content=b"pierwsza")
    answer = site.sent("adam", f"{url}/versions", url, seen="1", files=(BytesIO(b"druga"), "rzut.txt"))
    assert answer.status_code == 303
    wojtek = site.enter("wojtek")
    assert wojtek.get(f"{url}/download").data == b"druga"
    assert wojtek.get(f"{url}/versions/1").data == b"pierwsza"
    assert wojtek.get(f"{url}/versions/7").status_code == 404
    late = site.sent("adam", f"{url}/versions", url, seen="1", files=(BytesIO(b"trzecia"), "rzut.txt"))
    assert late.status_code == 409
    assert "Ktoś dodał w tym czasie inną wersję" in late.text
    assert "dodano nową wersję dokumentu" in wojtek.get(url).text


def test_several_files_come_as_one_archive(site: Any) -> None:
    files = [(BytesIO(b"a"), "plan.txt"), (BytesIO(b"b"), "plan.txt"), (BytesIO(b"c"), "żółty.txt")]
    url = add(site, "adam", "design", "Rysunki", files=files)
    answer = site.enter("wojtek").get(f"{url}/download")
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(BytesIO(answer.data)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "plan.txt": b"a", "plan (2).txt": b"b", "żółty.txt": b"c",
        }  # fmt: skip


def test_who_manages_sees_who_fetched(site: Any) -> None:
    url = add(site, "adam", "design", "Rzut")
    site.enter("wojtek").get(f"{url}/download")
    assert "Wojtek Wykonawca" in site.enter("olga").get(url).text.split('id="fetches"')[1]
    assert 'id="fetches"' not in site.enter("adam").get(url).text


def test_it_moves_to_another_folder_and_the_history_says_so(site: Any) -> None:
    url = add(site, "adam", "other", "Rzut")
    assert site.sent("adam", f"{url}/move", url, folder="design").status_code == 303
    page = site.enter("wojtek").get(f"{site.url}/files/folders/design").text
    assert "Rzut" in page
    assert "Inne dokumenty → Projekt i rysunki" in site.enter("wojtek").get(url).text
    for folder in ("photos", "invoices", "nic", "x" * 10_000):
        assert site.sent("adam", f"{url}/move", url, folder=folder).status_code == 422, folder


def test_withdrawing_needs_a_reason_and_hides_it_from_all_but_who_manages(site: Any) -> None:
    url = add(site, "adam", "design", "Stary rzut")
    assert "Napisz, dlaczego" in site.sent("adam", f"{url}/withdraw", url, reason=" ").text
    assert site.sent("adam", f"{url}/withdraw", url, reason="Zła skala").status_code == 303
    for path in (url, f"{url}/download", f"{site.url}/files/withdrawn"):
        assert site.enter("wojtek").get(path).status_code == 404, path
    assert "Stary rzut" not in site.enter("wojtek").get(f"{site.url}/files/all?q=rzut").text
    olga = site.enter("olga")
    assert "Zła skala" in olga.get(url).text
    assert "Stary rzut" in olga.get(f"{site.url}/files/withdrawn").text


def test_only_its_author_and_who_manages_change_it(site: Any) -> None:
    url = add(site, "adam", "design", "Rzut")
    assert "Wycofaj" not in site.enter("wojtek").get(url).text
    assert site.sent("wojtek", f"{url}/withdraw", url, reason="a").status_code == 404
    assert site.sent("wojtek", f"{url}/move", url, folder="other").status_code == 404
    assert site.sent("wojtek", f"{url}/versions", url, files=(BytesIO(b"x"), "a.txt")).status_code == 404
    assert site.sent("wojtek", f"{url}/showing", url, shown="1").status_code == 404
    assert site.sent("olga", f"{url}/move", url, folder="other").status_code == 303


def test_residents_are_shown_what_somebody_with_the_right_chose(site: Any) -> None:
    url = add(site, "marek", title="Raport dla mieszkańców")
    site_id = site.sql("SELECT id FROM works_sites WHERE public_id = :id", id=site.id)[0][0]
    assert site.do(lambda: queries.shown(site_id)) == []
    assert site.sent("olga", f"{url}/showing", url, shown="1").status_code == 303
    assert [one.title for one in site.do(lambda: queries.shown(site_id))] == ["Raport dla mieszkańców"]
    assert "widzą ten dokument" in site.enter("marek").get(url).text
    site.sent("olga", f"{url}/withdraw", url, reason="pomyłka")
    assert site.do(lambda: queries.shown(site_id)) == []


def test_a_site_has_folders_of_its_own(site: Any) -> None:
    page = f"{site.url}/files/folders"
    assert site.sent("olga", page, name="Geodezja").status_code == 303
    assert "Taka teczka już jest" in site.sent("olga", page, name="geodezja").text
    assert "Taka teczka już jest" in site.sent("olga", page, name="Harmonogram").text
    assert site.sent("olga", page, name=" ").status_code == 422
    key = site.sql("SELECT public_id FROM works_folders")[0][0]
    url = add(site, "adam", key, "Mapa")
    assert "Geodezja" in site.enter("wojtek").get(url).text
    assert site.sent("olga", f"{page}/{key}/rename", page, name="Mapy").status_code == 303
    assert "Mapa" in site.enter("wojtek").get(f"{page}/{key}").text
    assert site.enter("adam").get(page).status_code == 404


def test_a_folder_of_another_site_is_none(site: Any) -> None:
    there = f"/works/{site.other_id}/files/folders"
    site.sent("obcy", there, name="Obca")
    key = site.sql("SELECT public_id FROM works_folders")[0][0]
    url = add(site, "adam", "other", "Rzut")
    assert site.sent("adam", f"{url}/move", url, folder=key).status_code == 422
    assert site.enter("olga").get(f"{site.url}/files/folders/{key}").status_code == 404


def test_pictures_and_pages_are_shown_once_they_are_drawn(site: Any) -> None:
    url = add(site, "adam", "photos", "Dach z góry", files=(BytesIO(photo()), "dach.jpg"))
    assert "Miniatura się robi" in site.enter("wojtek").get(url).text
    site.work()
    page = site.enter("wojtek").get(url).text
    source = re.search(r'src="([^"]+/picture/[^"]+)"', page)[1]  # type: ignore[index]
    assert site.enter("wojtek").get(source).headers["Content-Type"] == "image/png"
    assert site.enter("wojtek").get(re.search(r'href="([^"]+/photos/[^"]+)"', page)[1]).status_code == 200  # type: ignore[index]


def test_ten_thousand_documents_are_paged(site: Any) -> None:
    add(site, title="Wzór")
    site.sql(
        "INSERT INTO works_documents (public_id, site_id, kind, folder, title, author, account_id) "
        "SELECT 'n' || lpad(n::text, 21, '0'), d.site_id, 'document', 'other', 'Pismo ' || n, d.author, d.account_id "
        "FROM works_documents d, generate_series(1, 10000) AS n"
    )
    page = site.enter("adam").get(f"{site.url}/files/folders/other?page=200").text
    assert "Strona 200 z 200" in page and "Pismo 1<" in page
    assert site.enter("adam").get(f"{site.url}/files/folders/other?page=-1").status_code == 200
    assert "10000 dokumentów" in folder_of(site.enter("adam").get(f"{site.url}/files").text, "Inne dokumenty")


def test_a_closed_site_takes_nothing(site: Any) -> None:
    from app.works import commands

    url = add(site, "adam", "design", "Rzut")
    ewa = site.actor("ewa")
    site.do(lambda: commands.close_site(ewa, place(ewa, site.id)))
    assert site.enter("adam").get(f"{site.url}/files/new").status_code == 422
    assert "Dodaj nową wersję" not in site.enter("adam").get(url).text
    assert site.sent("adam", f"{url}/withdraw", url, reason="a").status_code == 422
    assert site.enter("adam").get(f"{url}/download").status_code == 200
