"""A protocol is frozen, signed by each party with their password, and void after a change."""

from __future__ import annotations

import re
from typing import Any

from tests.features.accounts.conftest import PASSWORD
from tests.features.works.test_protocols_writing import begun, sections, url, write

SEEN = re.compile(r'name="seen"[^>]* value="([0-9a-f]{64})"')


def frozen(site: Any, *logins: str) -> str:
    protocol = begun(site)
    write(site, "marek", url(site, protocol, sections(site, protocol)[0].public_id), "Odbiera się stan 0.")
    ids = [
        row[0]
        for row in site.sql(
            "SELECT m.public_id FROM works_members m JOIN accounts a ON a.id = m.account_id WHERE a.login = ANY(:l)",
            l=list(logins),
        )
    ]
    answer = site.sent("marek", f"{url(site, protocol)}/freeze", url(site, protocol), parties=ids)
    assert answer.status_code == 303, answer.text
    return protocol


def sign(site: Any, who: str, protocol: str, **values: Any) -> Any:
    page = url(site, protocol)
    found = SEEN.search(site.enter(who).get(page).text)
    given = {"seen": found[1] if found else "", "password": PASSWORD, "verdict": "signed", **values}
    return site.sent(who, f"{page}/sign", page, **given)


def test_each_party_signs_in_any_order_and_the_paper_is_filed(site: Any) -> None:
    protocol = frozen(site, "olga", "wojtek")
    assert sign(site, "wojtek", protocol).status_code == 303
    assert "podpisany przez wszystkich" not in site.enter("olga").get(url(site, protocol)).text
    assert sign(site, "olga", protocol).status_code == 303
    page = site.enter("adam").get(url(site, protocol)).text
    assert "podpisany przez wszystkich" in page
    ((content_type, version),) = site.sql("SELECT content_type, version FROM works_files")
    assert (content_type, version) == ("application/pdf", 2)
    paper = site.enter("adam").get(f"{url(site, protocol)}/pdf")
    assert paper.data.startswith(b"%PDF") and len(paper.data) > 5000
    assert site.sql("SELECT count(DISTINCT hash), count(*) FROM works_signatures") == [(1, 2)]


def test_signing_asks_for_the_password(site: Any) -> None:
    protocol = frozen(site, "olga")
    answer = sign(site, "olga", protocol, password="Nie-to-haslo-1")
    assert answer.status_code == 422 and "Hasło jest nieprawidłowe" in answer.text
    assert site.sql("SELECT count(*) FROM works_signatures") == [(0,)]


def test_refusing_needs_a_reason_and_is_shown(site: Any) -> None:
    protocol = frozen(site, "olga", "wojtek")
    assert sign(site, "wojtek", protocol, verdict="refused").status_code == 422
    assert sign(site, "wojtek", protocol, verdict="refused", reason="Brak pomiarów").status_code == 303
    page = site.enter("olga").get(url(site, protocol)).text
    assert "odmówiono podpisu" in page and "Brak pomiarów" in page
    assert sign(site, "olga", protocol).status_code == 303
    assert site.sql("SELECT count(*) FROM works_files") == [(0,)], "one refusal, and it is not complete"


def test_only_parties_sign_and_each_once(site: Any) -> None:
    protocol = frozen(site, "olga")
    ((seen,),) = site.sql("SELECT hash FROM works_protocols")
    assert sign(site, "adam", protocol, seen=seen).status_code == 404
    assert sign(site, "olga", protocol).status_code == 303
    assert sign(site, "olga", protocol, seen=seen).status_code == 409
    assert site.sql("SELECT count(*) FROM works_signatures") == [(1,)]


def test_what_was_not_seen_is_not_signed(site: Any) -> None:
    protocol = frozen(site, "olga")
    assert sign(site, "olga", protocol, seen="0" * 64).status_code == 409
    site.sql("UPDATE works_sections SET body = 'podmienione' WHERE place = 1")
    assert sign(site, "olga", protocol).status_code == 409, "nor is what was changed behind its back"
    assert site.sql("SELECT count(*) FROM works_signatures") == [(0,)]


def test_nothing_is_written_while_it_is_signed_and_a_change_voids_signatures(site: Any) -> None:
    protocol = frozen(site, "olga", "wojtek")
    section = sections(site, protocol)[0].public_id
    assert sign(site, "olga", protocol).status_code == 303
    for path, values in (
        (f"/sections/{section}", {"body": "po cichu", "base": "1"}),
        ("/defects", {"what": "x", "responsible": "y", "due_on": "2026-12-01"}),
    ):
        assert site.sent("wanda", url(site, protocol) + path, url(site, protocol), **values).status_code == 409
    assert site.sent("wanda", f"{url(site, protocol)}/open", url(site, protocol)).status_code == 404, "not hers to open"
    opened = site.sent("marek", f"{url(site, protocol)}/open", url(site, protocol))
    assert opened.status_code == 303
    page = site.enter("marek").get(url(site, protocol)).text
    assert "Unieważniono 1 podpis" in page and "Podpisy unieważnione po zmianie treści" in page
    assert write(site, "marek", url(site, protocol, section), "Odbiera się stan 0 z uwagami.").status_code == 303
    verbs = [verb for (verb,) in site.sql("SELECT verb FROM works_events WHERE verb LIKE 'protocol.%' ORDER BY id")]
    assert verbs == [
        "protocol.written", "protocol.frozen", "protocol.signed", "protocol.opened", "protocol.written",
    ]  # fmt: skip


def test_a_protocol_without_text_or_parties_is_not_handed_over(site: Any) -> None:
    protocol = begun(site)
    answer = site.sent("marek", f"{url(site, protocol)}/freeze", url(site, protocol))
    assert answer.status_code == 422 and "kto ma podpisać" in answer.text


def test_a_protocol_that_is_being_signed_is_withdrawn_by_who_manages_the_site_only(site: Any) -> None:
    protocol = frozen(site, "olga", "wojtek")
    page = f"{site.url}/files/{protocol}"
    refused = site.sent("marek", f"{page}/withdraw", url(site, protocol), reason="Bez powodu")
    assert refused.status_code == 422 and "już podpisany" in refused.text
    assert site.sent("olga", f"{page}/withdraw", url(site, protocol), reason="Pomyłka").status_code == 303
