"""How people are told: by notices as they chose, by a mailout of the whole text, or not at all; once."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from app.core import events
from tests.features.announcements.conftest import FIRST, House
from tests.features.documents.conftest import pdf
from tests.pages import inspect


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What was told of announcements, beside those who listen anyway."""
    told: list[dict[str, Any]] = []

    def listener(**facts: Any) -> None:
        told.append(facts)

    monkeypatch.setitem(events._listeners.setdefault("announcements.published", {}), "tests", listener)
    yield told


def test_the_event_names_the_accounts_of_the_audience(house: House, office: Any, heard: list[dict[str, Any]]) -> None:
    public_id = house.published(office, **FIRST)
    house.run_jobs("announcements.tell")
    (facts,) = heard
    logins = house.sql("SELECT login FROM accounts WHERE id = ANY(:ids) ORDER BY 1", ids=facts.pop("account_ids"))
    assert [row[0] for row in logins] == ["anna", "lodger"]
    assert facts == {"public_id": public_id, "title": "Przerwa w dostawie wody", "importance": "ordinary",
                     "path": f"/news/{public_id}", "confirm": False}  # fmt: skip


def test_nobody_is_told_when_nobody_should_be_and_of_what_was_taken_back(
    house: House, office: Any, heard: list[dict[str, Any]]
) -> None:
    house.published(office, tell="none")
    taken = house.published(office)
    here = f"/admin/announcements/{taken}"
    office.post(f"{here}/withdraw", {}, form=here)
    house.run_jobs("announcements.tell")
    assert heard == []


def test_the_whole_text_goes_as_one_mailout_and_stands_once_in_the_list(
    house: House, office: Any, heard: list[dict[str, Any]]
) -> None:
    public_id = house.published(office, tell="mailout", body="W **środę** od 8.\n\n- weź\n- ze sobą")
    house.run_jobs("announcements.tell")
    house.sql("INSERT INTO jobs (name, key, args, lane) VALUES ('announcements.tell', :id, "
              "jsonb_build_object('public_id', CAST(:id AS text)), 'bulk')", id=public_id)  # fmt: skip
    house.run_jobs("announcements.tell")
    assert heard == []
    ((subject, body),) = house.sql("SELECT subject, body FROM mailouts")
    assert subject == "Przerwa w dostawie wody"
    assert body.startswith("W środę od 8.\n\n• weź\n• ze sobą") and f"/news/{public_id}" in body
    counted = "SELECT count(DISTINCT recipient_key), count(*) FROM outbox_items WHERE channel = 'email'"
    assert house.sql(f"{counted} AND cause LIKE 'mailout:%'") == [(3, 3)]
    page = inspect(house.browser("anna").get("/news"))
    assert page.count("Przerwa w dostawie wody</a>") == 1


def test_taking_back_takes_back_the_letters_that_wait(house: House, office: Any) -> None:
    public_id = house.published(office, tell="mailout")
    house.run_jobs("announcements.tell")
    here = f"/admin/announcements/{public_id}"
    office.post(f"{here}/withdraw", {}, form=here)
    assert house.sql("SELECT DISTINCT state FROM outbox_items WHERE cause LIKE 'mailout:%'") == [("skipped",)]
    assert house.sql("SELECT state FROM mailouts") == [("cancelled",)]


def test_a_large_mailout_waits_for_a_second_person_who_cannot_send_what_was_taken_back(
    house: House, office: Any
) -> None:
    house.sql("INSERT INTO office_settings (name, value) VALUES ('mailouts', '{\"second_over\": 2}')")
    public_id = house.published(office, tell="mailout")
    house.run_jobs("announcements.tell")
    assert house.sql("SELECT state, launched_by FROM mailouts") == [("waiting", "hanna")]
    here = f"/admin/announcements/{public_id}"
    office.post(f"{here}/withdraw", {}, form=here)
    assert house.sql("SELECT state FROM mailouts") == [("cancelled",)]
    assert house.sql("SELECT count(*) FROM outbox_items WHERE cause LIKE 'mailout:%'") == [(0,)]


def test_opening_it_in_the_portal_is_noted_at_the_letters_about_it(house: House, office: Any) -> None:
    public_id = house.published(office, tell="mailout", confirm="y")
    house.run_jobs("announcements.tell")
    anna = house.browser("anna")
    anna.get(f"/news/{public_id}")
    opened = "SELECT recipient_key, confirmed_at IS NOT NULL FROM outbox_items WHERE opened_at IS NOT NULL"
    assert house.sql(opened) == [("person:anna", False)]
    anna.post(f"/news/{public_id}/confirm", {}, form=f"/news/{public_id}")
    assert house.sql(opened) == [("person:anna", True)]


def test_a_mailout_is_new_until_it_was_opened(house: House, office: Any) -> None:
    from app.core import work
    from app.core.actor import system
    from app.mailouts.commands import send

    with house.bound():
        public_id = send(system("tests"), "Odczyt liczników", "Prosimy podać stan.")
        work.commit()
    house.sql("SELECT 1")  # forgets what the pages remember
    anna = house.browser("anna")
    before = inspect(anna.get("/news?view=unread"))
    assert "Odczyt liczników" in before and "menu-count" in before
    assert "menu-count" not in inspect(anna.get(f"/news/{public_id}"))
    assert "Wszystko przeczytane" in inspect(anna.get("/news?view=unread"))
    celina = house.browser("celina")
    assert "menu-count" in inspect(celina.get("/news"))
    celina.post("/news/read", {}, form="/news")
    assert "menu-count" not in inspect(celina.get("/news"))
    unopened = "SELECT recipient_key FROM outbox_items WHERE opened_at IS NULL AND cause LIKE 'mailout:%'"
    assert house.sql(unopened) == [("person:lodger",)]


def test_staff_who_look_with_a_residents_eyes_mark_nothing(house: House, office: Any) -> None:
    public_id = house.published(office)
    ((account,),) = house.sql("SELECT public_id FROM accounts WHERE login = 'anna'")
    admin = house.browser("hanna")
    page = f"/admin/accounts/{account}"
    answer = admin.post(f"{page}/watch", {"reason": "Pyta o ogłoszenie"}, form=page)
    assert answer.status_code in (302, 303), answer.text
    assert "Przerwa" in inspect(admin.get(f"/news/{public_id}"))
    assert house.sql("SELECT count(*) FROM announcement_reads") == [(0,)]


def test_letters_on_paper_are_for_those_whom_no_mail_reaches(house: House, office: Any) -> None:
    house.sql("UPDATE accounts SET email = NULL WHERE login = 'celina'")
    house.sql("INSERT INTO people (since_revision, code, first_name, last_name, street, number, postcode, city) "
              "VALUES (1, 'jan', 'Jan', 'Bez', 'Polna', '3', '67-200', 'Głogów')")  # fmt: skip
    house.sql("INSERT INTO occupancies (since_revision, unit_code, person_code, role, from_on) "
              "VALUES (1, 'L2', 'jan', 'co-owner', '2019-01-01')")  # fmt: skip
    house.published(office, tell="none", letters="y")
    house.run_jobs("announcements.tell")
    assert house.sql("SELECT recipient_key, channel FROM outbox_items WHERE cause LIKE 'mailout:%'") == [
        ("person:jan", "letter")
    ]


def test_the_mailout_of_an_announcement_brings_its_attachments(house: House, office: Any) -> None:
    public_id = house.write(office, tell="mailout", files=(BytesIO(pdf("Harmonogram")), "Harmonogram.pdf"), **FIRST)
    house.run_jobs("attachments.words")
    assert house.publish(office, public_id).status_code == 303
    house.run_jobs("announcements.tell")
    ((file, name),) = house.sql("SELECT file_id, name FROM announcement_files")
    carried = "SELECT DISTINCT context -> 'attachments' FROM outbox_items WHERE state = 'queued' AND letter = 'mailout'"
    assert house.sql(carried) == [([{"file": file, "name": name}],)]
    assert "za duże" not in house.sql("SELECT body FROM mailouts")[0][0]


def test_attachments_that_no_letter_can_take_stay_in_the_portal(house: House, office: Any) -> None:
    public_id = house.write(office, tell="mailout", files=(BytesIO(pdf("Harmonogram")), "Harmonogram.pdf"), **FIRST)
    house.run_jobs("attachments.words")
    house.sql("UPDATE stored_files SET size = 19 << 20")
    assert house.publish(office, public_id).status_code == 303
    house.run_jobs("announcements.tell")
    ((body, attachments),) = house.sql("SELECT body, attachments FROM mailouts")
    assert attachments == [] and "Pobierzesz je w portalu" in body and f"/news/{public_id}" in body
    carried = "SELECT count(*) FROM outbox_items WHERE state = 'queued' AND jsonb_exists(context, 'attachments')"
    assert house.sql(carried) == [(0,)]


def test_what_came_with_a_mailout_is_taken_from_the_portal_by_its_recipients_alone(house: House, office: Any) -> None:
    house.sql(
        "INSERT INTO mailouts (public_id, subject, body, audience, created_by) "
        "VALUES ('mailout-with-files-0001', 'Zebranie', 'Zapraszamy', '{}', 'tests')"
    )
    public_id = house.write(office, files=(BytesIO(pdf("Lista")), "Lista.pdf"))  # keeps the file
    assert public_id
    house.sql(
        "INSERT INTO outbox_items (public_id, cause, recipient_key, lane, letter, message_id, state, live, context) "
        "SELECT 'x', 'mailout:mailout-with-files-0001', 'person:anna', 'bulk', 'mailout', 'x@y', 'sent', false, "
        "jsonb_build_object('attachments', jsonb_build_array(jsonb_build_object('file', id, 'name', 'Lista.pdf'), "
        "jsonb_build_object('make', 'finances.charge_notice', 'name', 'Opłaty.pdf'))) FROM stored_files"
    )
    house.sql(
        "INSERT INTO outbox_causes (cause, context) VALUES ('mailout:mailout-with-files-0001', "
        "'{\"subject\": \"Zebranie\", \"body_text\": \"Zapraszamy\"}')"
    )
    anna, here = house.browser("anna"), "/news/mailout-with-files-0001"
    page = inspect(anna.get(here))
    assert "Lista.pdf" in page and "Opłaty.pdf" not in page
    taken = anna.get(f"{here}/attachment?n=1")
    assert taken.status_code == 200 and taken.data.startswith(b"%PDF")
    assert "attachment" in taken.headers["Content-Disposition"]
    assert anna.get(f"{here}/attachment?n=2").status_code == 404
    assert house.browser("celina").get(f"{here}/attachment?n=1").status_code == 404
