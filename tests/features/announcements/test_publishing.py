"""An announcement from the first word to the archive: who sees it, when, and what staff learn of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.core.clock import local, now
from tests.features.announcements.conftest import FIRST, SECOND, House
from tests.pages import inspect


def test_a_draft_is_seen_by_staff_and_by_nobody_else(house: House, office: Any) -> None:
    public_id = house.write(office)
    page = inspect(office.get(f"/admin/announcements/{public_id}"))
    assert "Przerwa w dostawie wody" in page and "<strong>środę</strong>" in page and "szkic" in page
    anna = house.browser("anna")
    assert "Przerwa" not in inspect(anna.get("/news"))
    assert anna.get(f"/news/{public_id}").status_code == 404


def test_what_is_published_is_seen_by_its_audience_alone(house: House, office: Any) -> None:
    public_id = house.published(office, **FIRST)
    anna, celina = house.browser("anna"), house.browser("celina")
    assert "Przerwa w dostawie wody" in inspect(anna.get("/news"))
    page = inspect(anna.get(f"/news/{public_id}"))
    assert "<strong>środę</strong>" in page
    assert "Przerwa" not in inspect(celina.get("/news"))
    assert celina.get(f"/news/{public_id}").status_code == 404


def test_an_audience_of_one_role_in_one_house_leaves_out_the_other_roles(house: House, office: Any) -> None:
    public_id = house.published(office, **FIRST, roles="owner")
    assert house.browser("anna").get(f"/news/{public_id}").status_code == 200
    assert house.browser("lodger").get(f"/news/{public_id}").status_code == 404


def test_who_moves_in_sees_it_and_who_moves_out_does_not(house: House, office: Any) -> None:
    public_id = house.published(office, **SECOND)
    anna = house.browser("anna")
    assert anna.get(f"/news/{public_id}").status_code == 404
    house.sql(
        "INSERT INTO account_units (account_id, unit_code, since) SELECT id, 'L2', current_date FROM accounts "
        "WHERE login = 'anna'"
    )
    assert anna.get(f"/news/{public_id}").status_code == 200
    house.sql("DELETE FROM account_units WHERE unit_code = 'L2' AND since = current_date")
    assert anna.get(f"/news/{public_id}").status_code == 404


def test_opening_it_marks_it_as_read_and_staff_see_how_many_have(house: House, office: Any) -> None:
    public_id = house.published(office)
    anna = house.browser("anna")
    before = inspect(anna.get("/news"))
    assert "menu-count" in before and "nowe" in before
    anna.get(f"/news/{public_id}")
    after = inspect(anna.get("/news"))
    assert "menu-count" not in after and "nowe</span>" not in after
    assert "Przeczytało 1 z 3 mieszkańców z kontem" in inspect(office.get(f"/admin/announcements/{public_id}"))
    readers = inspect(office.get(f"/admin/announcements/{public_id}/readers?view=read"))
    assert "Anna Żółć" in readers and "Celina" not in readers
    assert "Celina" in inspect(office.get(f"/admin/announcements/{public_id}/readers?view=unread"))


def test_a_heads_up_of_a_link_marks_nothing_but_what_was_opened(house: House, office: Any) -> None:
    house.published(office, title="Pierwsze")
    second = house.published(office, title="Drugie")
    anna = house.browser("anna")
    anna.get(f"/news/{second}")
    page = inspect(anna.get("/news?view=unread"))
    assert "Pierwsze" in page and "Drugie" not in page
    assert anna.post("/news/read", {}, form="/news").status_code == 303
    assert "Wszystko przeczytane" in inspect(anna.get("/news?view=unread"))


def test_confirming_is_asked_for_done_once_and_shown_to_staff(house: House, office: Any) -> None:
    public_id = house.published(office, confirm="y")
    anna = house.browser("anna")
    assert "Potwierdzam przeczytanie" in inspect(anna.get(f"/news/{public_id}"))
    for _time in range(2):
        assert anna.post(f"/news/{public_id}/confirm", {}, form=f"/news/{public_id}").status_code == 303
    assert "Potwierdzono przeczytanie" in inspect(anna.get(f"/news/{public_id}"))
    assert "Anna Żółć" in inspect(office.get(f"/admin/announcements/{public_id}/readers?view=confirmed"))
    assert house.sql("SELECT count(*) FROM audit_entries WHERE action = 'announcement.confirmed'") == [(1,)]


def test_nobody_confirms_what_does_not_ask_or_is_not_theirs(house: House, office: Any) -> None:
    plain = house.published(office, **SECOND)
    asked = house.published(office, **SECOND, confirm="y")
    celina, anna = house.browser("celina"), house.browser("anna")
    assert celina.post(f"/news/{plain}/confirm", {}, form="/news").status_code == 404
    assert anna.post(f"/news/{asked}/confirm", {}, form="/news").status_code == 404
    assert house.sql("SELECT count(*) FROM announcement_reads WHERE confirmed_at IS NOT NULL") == [(0,)]


def test_one_that_is_scheduled_appears_at_its_time_and_not_before(house: House, office: Any) -> None:
    public_id = house.write(office)
    moment = local(now() + timedelta(hours=2))
    answer = house.publish(
        office, public_id, when="later", publish_day=f"{moment:%Y-%m-%d}", publish_hour=f"{moment:%H:%M}"
    )
    assert answer.status_code == 303
    anna = house.browser("anna")
    assert anna.get(f"/news/{public_id}").status_code == 404
    house.sql("UPDATE jobs SET run_after = now() WHERE name = 'announcements.appear'")
    house.run_jobs("announcements.appear")
    assert anna.get(f"/news/{public_id}").status_code == 404, "a bell that rings too early changes nothing"
    house.sql("UPDATE announcements SET publish_at = now() - interval '1 minute'")
    house.sql("UPDATE jobs SET run_after = now() WHERE name = 'announcements.appear'")
    house.run_jobs("announcements.appear")
    assert anna.get(f"/news/{public_id}").status_code == 200


def test_one_that_went_back_to_a_draft_does_not_appear(house: House, office: Any) -> None:
    public_id = house.write(office)
    moment = local(now() + timedelta(days=1))
    house.publish(office, public_id, when="later", publish_day=f"{moment:%d.%m.%Y}")
    here = f"/admin/announcements/{public_id}"
    assert office.post(f"{here}/unschedule", {}, form=here).status_code == 303
    house.sql("UPDATE jobs SET run_after = now() WHERE name = 'announcements.appear'")
    house.run_jobs("announcements.appear")
    assert house.sql("SELECT state FROM announcements") == [("draft",)]


def test_what_has_expired_lies_in_the_archive(house: House, office: Any) -> None:
    moment = local(now() + timedelta(days=3))
    public_id = house.published(office, expires_day=f"{moment:%Y-%m-%d}")
    anna = house.browser("anna")
    assert "Przerwa" in inspect(anna.get("/news"))
    house.sql(
        "UPDATE announcements SET published_at = now() - interval '9 days', expires_at = now() - interval '1 day'"
    )
    assert "Przerwa" not in inspect(anna.get("/news"))
    assert "Przerwa" in inspect(anna.get("/news?view=archive"))
    assert "już nieaktualne" in inspect(anna.get(f"/news/{public_id}"))


def test_what_was_taken_back_is_gone_at_once_with_its_pictures(house: House, office: Any, picture: Any) -> None:
    public_id = house.write(office, pictures=picture())
    house.publish(office, public_id)
    (file,) = house.sql("SELECT public_id FROM announcement_files")[0]
    anna = house.browser("anna")
    house.run_jobs("attachments.preview")
    assert anna.get(f"/news/{public_id}/pictures/{file}").status_code == 200
    assert anna.get(f"/news/{public_id}/files/{file}").headers["Content-Disposition"].startswith("attachment")
    here = f"/admin/announcements/{public_id}"
    assert office.post(f"{here}/withdraw", {}, form=here).status_code == 303
    for path in (f"/news/{public_id}", f"/news/{public_id}/pictures/{file}", f"/news/{public_id}/files/{file}"):
        assert anna.get(path).status_code == 404
    assert "wycofane" in inspect(office.get(here))


def test_a_second_click_publishes_nothing_more(house: House, office: Any) -> None:
    public_id = house.published(office)
    assert house.publish(office, public_id).status_code == 303
    assert house.sql("SELECT count(*) FROM audit_entries WHERE action = 'announcement.published'") == [(1,)]
    assert house.sql("SELECT count(*) FROM jobs WHERE name = 'announcements.tell'") == [(1,)]
    first = house.write(office, form_key="ten-sam")
    assert house.write(office, form_key="ten-sam") == first


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "x" * 10_000}),
        ("body", {"body": ""}),
        ("body", {"body": "x" * 60_000}),
        ("title_en", {"body_en": "Only the text"}),
        ("importance", {"importance": "loud"}),
        ("tell", {"tell": "drum"}),
        ("ends_day", {"importance": "failure", "ends_day": "kiedyś"}),
        ("ends_day", {"ends_day": "2030-01-01"}),
        ("expires_day", {"expires_day": "31.02.2027"}),
        ("expires_day", {"expires_day": "2027-01-01", "expires_hour": "25:00"}),
        ("audience", {"audience": "places"}),
        ("audience", {"audience": "places", "buildings": "B9"}),
    ],
)
def test_a_draft_that_makes_no_sense_is_refused_at_its_field(
    house: House, office: Any, field: str, values: dict[str, Any]
) -> None:
    data = {"title": "T", "body": "B", "audience": "all", "importance": "ordinary", "tell": "none"} | values
    answer = office.post("/admin/announcements/new", data | {"action": "save"}, form="/admin/announcements/new")
    assert answer.status_code == 422
    assert f'id="{field}-error"' in inspect(answer)
    assert house.sql("SELECT count(*) FROM announcements") == [(0,)]


def test_times_that_contradict_each_other_stop_the_publication(house: House, office: Any) -> None:
    failure = house.write(office, importance="failure")
    assert house.publish(office, failure).status_code == 422
    past = house.write(office, expires_day="2020-01-01")
    assert house.publish(office, past).status_code == 422
    later = house.write(office)
    assert house.publish(office, later, when="later").status_code == 422
    assert house.publish(office, later, when="later", publish_day="2020-01-01").status_code == 422
    assert house.publish(office, later, when="later", publish_day="2999-01-01").status_code == 422
    assert house.sql("SELECT DISTINCT state FROM announcements") == [("draft",)]


def test_an_audience_of_none_is_refused(house: House, office: Any) -> None:
    public_id = house.write(office, **FIRST, roles="proxy")
    answer = house.publish(office, public_id)
    assert answer.status_code == 422 and "W tej grupie nie ma nikogo" in inspect(answer)


def test_two_editors_notice_each_other(house: House, office: Any) -> None:
    public_id = house.write(office)
    here = f"/admin/announcements/{public_id}/edit"
    data = {"title": "Nowy", "body": "B", "audience": "all", "importance": "ordinary", "tell": "none", "version": "1"}
    assert office.post(here, data, form=here).status_code == 303
    answer = office.post(here, data | {"title": "Inny"}, form=here)
    assert answer.status_code == 409
    assert house.sql("SELECT title FROM announcements") == [("Nowy",)]


def test_a_change_after_publication_is_seen_and_leaves_the_audience_alone(house: House, office: Any) -> None:
    public_id = house.published(office, **FIRST)
    here = f"/admin/announcements/{public_id}/edit"
    version = house.sql("SELECT version FROM announcements")[0][0]
    data = {"title": "Woda wróciła", "body": "Już jest.", "audience": "all", "importance": "ordinary",
            "tell": "none", "version": str(version)}  # fmt: skip
    assert office.post(here, data, form=here).status_code == 303
    page = inspect(house.browser("anna").get(f"/news/{public_id}"))
    assert "Woda wróciła" in page and "zmieniono" in page
    assert house.browser("celina").get(f"/news/{public_id}").status_code == 404
    assert house.sql("SELECT audience, tell FROM announcements") == [({"buildings": ["B1"]}, "notice")]


def test_the_board_reads_and_writes_nothing(house: House, office: Any) -> None:
    public_id = house.published(office)
    irena = house.browser("irena")
    assert "Edytuj" not in inspect(irena.get(f"/admin/announcements/{public_id}"))
    for path in ("/admin/announcements/new", f"/admin/announcements/{public_id}/edit"):
        assert irena.get(path).status_code == 404
    for deed in ("publish", "withdraw", "copy", "delete", "template"):
        assert irena.post(f"/admin/announcements/{public_id}/{deed}", {}, form="/settings").status_code == 404
    assert house.sql("SELECT state FROM announcements") == [("published",)]


def test_staff_of_one_house_see_and_address_no_other(house: House, office: Any) -> None:
    everybody, second = house.published(office), house.published(office, **SECOND)
    house.sql(
        "INSERT INTO staff_scopes (account_id, building_code) SELECT id, 'B1' FROM accounts WHERE login = 'hanna'"
    )
    hanna = house.browser("hanna")
    for public_id in (everybody, second):
        for deed in ("", "/edit", "/readers", "/notice.pdf"):
            assert hanna.get(f"/admin/announcements/{public_id}{deed}").status_code == 404
    assert "Przerwa" not in inspect(hanna.get("/admin/announcements"))
    own = house.published(hanna, title="Nasz dom")
    assert house.sql("SELECT audience FROM announcements WHERE public_id = :id", id=own) == [({"buildings": ["B1"]},)]


def test_the_words_are_said_in_the_language_of_the_reader(house: House, office: Any) -> None:
    public_id = house.published(office, title_en="No water", body_en="On **Wednesday**.")
    anna = house.browser("anna")
    assert "No water" in inspect(anna.get(f"/news/{public_id}?lang=en"))
    assert 'lang="pl"' in inspect(anna.get(f"/news/{public_id}?lang=uk"))


def test_a_template_begins_the_next_one(house: House, office: Any) -> None:
    public_id = house.write(office, title="Odczyt liczników", importance="important")
    here = f"/admin/announcements/{public_id}"
    assert office.post(f"{here}/template", {"name": ""}, form=here).status_code == 422
    for _time in range(2):
        assert office.post(f"{here}/template", {"name": "Odczyty"}, form=here).status_code == 303
    ((template,),) = house.sql("SELECT public_id FROM announcement_templates")
    page = inspect(office.get(f"/admin/announcements/new?template={template}"))
    assert 'value="Odczyt liczników"' in page and 'value="important" checked' in page
    assert "Odczyty" in inspect(office.get("/admin/announcements/templates"))
    assert office.post(f"/admin/announcements/templates/{template}/delete", {}, form=here).status_code == 303
    assert office.get(f"/admin/announcements/new?template={template}").status_code == 404


def test_a_copy_is_a_draft_with_the_same_files(house: House, office: Any, picture: Any) -> None:
    public_id = house.write(office, pictures=picture())
    house.publish(office, public_id)
    here = f"/admin/announcements/{public_id}"
    copied = office.post(f"{here}/copy", {}, form=here).headers["Location"].split("/")[-2]
    assert house.sql("SELECT state FROM announcements WHERE public_id = :id", id=copied) == [("draft",)]
    assert house.sql("SELECT count(*), count(DISTINCT file_id) FROM announcement_files") == [(2, 1)]


def test_only_a_draft_can_be_deleted(house: House, office: Any) -> None:
    draft, live = house.write(office), house.published(office)
    for public_id, status in ((draft, 303), (live, 409)):
        here = f"/admin/announcements/{public_id}"
        assert office.post(f"{here}/delete", {}, form=here).status_code == status
    assert house.sql("SELECT public_id FROM announcements") == [(live,)]
