"""Moje dane of a site: read by all, changed by those who may, printed."""

from __future__ import annotations

import re
from typing import Any

VERSION = re.compile(r'name="version"[^>]* value="(\d+)"')


def edit(site: Any, who: str = "olga", version: str | None = None, **values: Any) -> Any:
    path = f"{site.url}/data/edit"
    shown = VERSION.search(site.enter(who).get(path).text)
    given = {
        "version": version or (shown[1] if shown else ""), "name": "Remont dachu", "street": "Lipowa 4",
        "postcode": "67-200", "city": "Głogów", "invoice_nip": "",
        "directions": "Wjazd od Polnej.\nZa szlabanem w lewo.",
    }  # fmt: skip
    return site.sent(who, path, **{**given, **values})


def test_an_owner_writes_them_and_everybody_on_the_site_reads_them(site: Any) -> None:
    assert edit(site, invoice_name="SM Nadodrze", invoice_nip="PL 526-025-02-74").status_code == 303
    page = site.enter("wojtek").get(f"{site.url}/data").text
    assert "SM Nadodrze" in page and "5260250274" in page and "Za szlabanem w lewo." in page
    assert "openstreetmap.org/search?query=Lipowa%204" in page
    paper = site.enter("wojtek").get(f"{site.url}/data/card.pdf")
    assert paper.data.startswith(b"%PDF-") and paper.mimetype == "application/pdf"


def test_a_wrong_nip_and_an_end_before_the_start_are_refused(site: Any) -> None:
    assert "NIP jest błędny" in edit(site, invoice_nip="5260250275").text
    assert "NIP jest błędny" in edit(site, invoice_nip="١٢٣٤٥٦٧٨٩٠").text
    answer = edit(site, starts_on="2026-11-30", ends_on="2026-11-01")
    assert answer.status_code == 422 and "nie może być przed" in answer.text
    assert "Wjazd od Polnej." in answer.text


def test_two_who_change_at_once_lose_nothing_silently(site: Any) -> None:
    assert edit(site, directions="Pierwszy").status_code == 303
    second = edit(site, version="1", directions="Drugi")
    assert second.status_code == 409 and "Ktoś inny zmienił" in second.text and "Pierwszy" in second.text


def test_others_only_read(site: Any) -> None:
    for who in ("adam", "wojtek", "irena", "obcy"):
        assert site.enter(who).get(f"{site.url}/data/edit").status_code == 404, who
    assert site.enter("obcy").get(f"{site.url}/data").status_code == 404
    assert site.enter("obcy").get(f"{site.url}/data/card.pdf").status_code == 404


def test_the_office_opens_a_site_and_sees_its_own_buildings_only(site: Any) -> None:
    answer = site.sent("ewa", "/admin/works/new", name="Docieplenie", buildings="B1")
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/settings/members/new")
    assert "Docieplenie" in site.enter("hanna").get("/admin/works").text
    assert site.enter("irena").get("/admin/works/new").status_code == 404
    nameless = site.sent("ewa", "/admin/works/new", name="")
    assert nameless.status_code == 422 and "Nazwij budowę" in nameless.text
    strange = site.sent("ewa", "/admin/works/new", name="Dom", buildings="B77")
    assert strange.status_code == 422 and "Wybierz budynki z listy" in strange.text
    ((hanna,),) = site.sql("SELECT id FROM accounts WHERE login = 'hanna'")
    site.sql("INSERT INTO staff_scopes (account_id, building_code) VALUES (:id, 'B77')", id=hanna)
    assert "Docieplenie" not in site.enter("hanna").get("/admin/works").text
    assert site.enter("hanna").get(site.url).status_code == 404
