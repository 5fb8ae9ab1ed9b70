"""Several people write one protocol: nothing that anybody saved is ever lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.works.access import place
from app.works.protocols import commands, queries, rules
from tests.features.accounts.conftest import TOKEN
from tests.features.works.guests import upload

BASE = re.compile(r'name="base"[^>]* value="(\d+)"')


def begun(site: Any, who: str = "marek", **values: Any) -> str:
    """A new protocol „stan 0”; its public id."""
    answer = site.sent(who, f"{site.url}/files/protocols/new", template="zero", title="", **values)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"].rsplit("/", 1)[1])


def sections(site: Any, protocol: str, who: str = "marek") -> list[queries.Section]:
    actor = site.actor(who)
    return list(site.do(lambda: queries.protocol(place(actor, site.id), protocol)).sections)


def url(site: Any, protocol: str, section: str = "") -> str:
    return f"{site.url}/files/protocols/{protocol}" + (f"/sections/{section}" if section else "")


def write(site: Any, who: str, path: str, body: str, base: str | None = None) -> Any:
    """Save a section from the page as it stands, or as it stood (`base`)."""
    browser = site.enter(who)
    page = browser.get(path).text
    found = base if base is not None else BASE.search(page)[1]  # type: ignore[index]
    data = {"csrf_token": TOKEN.search(page)[1], "base": found, "body": body}  # type: ignore[index]
    return browser.client.post(path, data=data, base_url=browser.base_url)


def texts(site: Any, section: str) -> list[tuple[Any, ...]]:
    return list(
        site.sql(
            "SELECT t.version, t.base, t.aside, t.body, t.author FROM works_section_texts t JOIN works_sections s "
            "ON s.id = t.section_id WHERE s.public_id = :s ORDER BY t.id",
            s=section,
        )
    )


def test_a_protocol_of_state_zero_begins_with_its_sections_and_the_people_of_the_site(site: Any) -> None:
    protocol = begun(site)
    page = site.enter("wojtek").get(url(site, protocol)).text
    for words in ("Protokół odbioru stanu 0", "Przedmiot odbioru", "Zakres robót stanu 0", "Wnioski"):
        assert words in page
    assert "Adam Architekt, Pracownia A – architekt" in page
    assert site.sql("SELECT kind, folder FROM works_documents") == [("protocol", "protocols")]
    assert "Protokół odbioru stanu 0" in site.enter("olga").get(site.url).text, "the first page lists it"
    assert site.enter("olga").get(f"{site.url}/files/{protocol}").headers["Location"] == url(site, protocol)


def test_two_who_save_the_same_section_lose_nothing(site: Any) -> None:
    protocol = begun(site)
    section = sections(site, protocol)[0].public_id
    path = url(site, protocol, section)
    old = BASE.search(site.enter("wanda").get(path).text)[1]  # type: ignore[index]
    assert write(site, "marek", path, "Ławy wykonano.\nIzolacja pozioma.").status_code == 303
    second = write(site, "wanda", path, "Ławy wykonano.\nBrak odwodnienia.", base=old)
    assert second.status_code == 200
    shown = second.text
    assert "w tym samym czasie" in shown and "Izolacja pozioma." in shown and "Brak odwodnienia." in shown
    assert sections(site, protocol)[0].body == "Ławy wykonano.\nIzolacja pozioma.", "nothing is overwritten"
    fresh = BASE.search(shown)[1]  # type: ignore[index]
    merged = "Ławy wykonano.\nIzolacja pozioma.\nBrak odwodnienia."
    assert merged in shown, "the field holds both"
    assert write(site, "wanda", path, merged, base=fresh).status_code == 303
    assert sections(site, protocol)[0].body == merged
    assert [row[2] for row in texts(site, section)] == [False, True, False]
    history = site.enter("olga").get(f"{path}/history").text
    assert "Tekst odłożony obok" in history and "Wanda Wykonawcza" in history and "dodano:" in history


def test_different_sections_are_saved_at_the_same_time(site: Any) -> None:
    protocol = begun(site)
    first, third = (sections(site, protocol)[n].public_id for n in (0, 2))
    write(site, "marek", url(site, protocol, first), "Przedmiot", base="0")
    assert write(site, "wanda", url(site, protocol, third), "Zakres", base="0").status_code == 303
    assert [sections(site, protocol)[n].body for n in (0, 2)] == ["Przedmiot", "Zakres"]


def test_who_writes_is_shown_until_it_expires(site: Any) -> None:
    protocol = begun(site)
    section = sections(site, protocol)[0].public_id
    path = url(site, protocol, section)
    site.enter("marek").get(path)
    site.sql("UPDATE works_sections SET held_at = now() - interval '3 minutes 5 seconds' WHERE held_by IS NOT NULL")
    page = site.enter("wanda").get(path).text
    assert "Marek Kierownik pisze w tym rozdziale od 3 minut" in page
    assert "Marek Kierownik pisze od 3 minut" in site.enter("olga").get(url(site, protocol)).text
    assert "pisze" not in site.enter("marek").get(path).text.split('id="held"')[0].split("<main")[0]
    site.sql("UPDATE works_sections SET held_at = now() - interval '11 minutes' WHERE held_by IS NOT NULL")
    assert "Marek Kierownik pisze" not in site.enter("olga").get(url(site, protocol)).text
    assert write(site, "wanda", path, "Wanda pisze mimo to").status_code == 303


@pytest.mark.parametrize("base", ["", "-1", "abc", "99", "1" * 50, "１"])
def test_a_version_that_never_was_overwrites_nothing(site: Any, base: str) -> None:
    protocol = begun(site)
    section = sections(site, protocol)[0].public_id
    answer = write(site, "marek", url(site, protocol, section), "Tekst", base=base)
    assert answer.status_code == 200
    assert sections(site, protocol)[0].body == "" and [row[3] for row in texts(site, section)] == ["Tekst"]


def test_a_text_that_is_too_long_comes_back_with_a_sentence(site: Any) -> None:
    protocol = begun(site)
    path = url(site, protocol, sections(site, protocol)[0].public_id)
    answer = write(site, "marek", path, "ż" * 20_001)
    assert answer.status_code == 422 and "za długi" in answer.text and "ż" * 20_001 in answer.text


def test_defects_are_due_on_the_first_page_and_mended(site: Any) -> None:
    protocol = begun(site)
    page = url(site, protocol)
    values = {"what": "Rysa na ławie", "responsible": "Dachy Sp. z o.o.", "due_on": "2020-01-10"}
    for _twice in range(2):
        key = "x1"
        assert site.sent("wanda", f"{page}/defects", page, **values, form_key=key).status_code == 303
    home = site.enter("olga").get(site.url).text
    assert "Rysa na ławie" in home and "po terminie" in home
    ((defect,),) = site.sql("SELECT public_id FROM works_defects")
    assert site.sent("marek", f"{page}/defects/{defect}", page, mended="yes").status_code == 303
    assert "Rysa na ławie" not in site.enter("olga").get(site.url).text.split('id="documents"')[0]
    bad = site.sent("wanda", f"{page}/defects", page, what="Bez terminu", responsible="ktoś", due_on="32.13.2026")
    assert bad.status_code == 422 and "Bez terminu" in bad.text


def test_photographs_and_remarks_belong_to_it(site: Any) -> None:
    protocol = begun(site)
    page = url(site, protocol)
    assert site.sent("adam", f"{page}/photos", page, files=upload("szkic.pdf")).status_code == 303
    refused = site.sent("adam", f"{page}/photos", page, files=upload("foto.jpg", b"MZ\x90\x00 not a picture"))
    assert refused.status_code == 422 and "foto.jpg" in refused.text
    assert site.sent("kasia", f"{page}/remarks", page, remark="Brak obmiaru <b>!").status_code == 303
    shown = site.enter("olga").get(page).text
    assert "szkic.pdf" in shown and "Brak obmiaru &lt;b&gt;!" in shown


def test_nobody_else_finds_or_writes_a_protocol(site: Any) -> None:
    protocol = begun(site)
    section = sections(site, protocol)[0].public_id
    pages = ["", "/pdf", f"/sections/{section}", f"/sections/{section}/history"]
    deeds = [
        "/defects",
        "/remarks",
        "/photos",
        "/freeze",
        "/open",
        "/sign",
        f"/sections/{section}",
        "/defects/" + "x" * 22,
    ]
    for login in ("obcy", "gap", "O1"):
        browser = site.enter(login)
        assert {browser.get(url(site, protocol) + path).status_code for path in pages} == {404}, login
        assert {browser.post(url(site, protocol) + path, {"body": "x"}, "/settings").status_code for path in deeds} == {
            404
        }, login
    foreign = f"/works/{site.other_id}/files/protocols/{protocol}"
    assert site.enter("obcy").get(foreign).status_code == 404, "nor through a site of one's own"
    assert site.enter("irena").get(url(site, protocol)).status_code == 200, "staff who see works read"
    assert site.enter("irena").get(url(site, protocol, section)).status_code == 404, "and write nothing"


@given(moves=st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 99)), min_size=1, max_size=14))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_interleaving_of_three_writers_loses_a_text(site: Any, moves: list[tuple[int, bool, int]]) -> None:
    """A writer reads now or goes on with what they read before, and saves; whatever the order, each text is there."""
    actor = site.actor("marek")

    def play() -> None:
        here = place(actor, site.id)
        document = commands.start(actor, here, "partial", "", None, "")
        own = queries.protocol(here, document.public_id).sections[0].public_id
        read, saved = {0: 0, 1: 0, 2: 0}, []
        for number, (writer, reads, word) in enumerate(moves):
            now = queries.protocol(here, document.public_id).sections[0]
            if reads:
                read[writer] = now.version
            body = f"{word} {number} {writer}"
            outcome = commands.save_section(here, document.public_id, own, read[writer], body)
            saved.append(body)
            after = queries.protocol(here, document.public_id).sections[0]
            assert outcome.saved == (read[writer] == now.version)
            assert after.body == (body if outcome.saved else now.body), "who was slower overwrites nothing"
            read[writer] = outcome.version
        kept = queries.changes(here, document.public_id, own)
        assert sorted(one.body for one in kept) == sorted(saved)
        versions = [one.version for one in reversed(kept) if not one.aside]
        assert versions == list(range(1, len(versions) + 1))
        assert all(one.base == one.version - 1 for one in kept if one.version is not None)

    site.do(play)


@given(mine=st.text("ab\n", max_size=40), theirs=st.text("ab\n", max_size=40))
def test_a_merged_text_holds_every_line_of_both(mine: str, theirs: str) -> None:
    lines = rules.merged(mine, theirs).splitlines()
    for text in (mine, theirs):
        for line in set(text.splitlines()) - {""}:
            assert lines.count(line) >= text.splitlines().count(line)


@given(before=st.text("ab \n", max_size=40), after=st.text("ab \n", max_size=40))
def test_a_difference_tells_both_texts(before: str, after: str) -> None:
    told = rules.difference(before, after)
    assert [line for kind, line in told if kind != "new"] == before.splitlines()
    assert [line for kind, line in told if kind != "gone"] == after.splitlines()
