"""Announcements at their borders: staff of one building, and what is said of one that was taken back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.features.announcements.conftest import FIRST


def limited(house: Any, login: str, building: str) -> Any:
    house.sql(
        "INSERT INTO staff_scopes (account_id, building_code) SELECT id, :code FROM accounts WHERE login = :login",
        code=building, login=login,
    )  # fmt: skip
    return house.browser(login)


def test_staff_of_one_building_write_to_an_estate_of_it_and_to_nobody_else_when_it_grows(house: Any) -> None:
    house.sql("INSERT INTO estates (public_id, name, buildings) VALUES ('lipowe', 'Lipowe', '[\"B1\"]')")
    office = limited(house, "hanna", "B1")
    public_id = house.published(office, audience="places", estates="lipowe")
    house.sql('UPDATE estates SET buildings = \'["B1", "B2"]\'')
    assert house.browser("anna").get(f"/news/{public_id}").status_code == 200
    assert house.browser("celina").get(f"/news/{public_id}").status_code == 404
    assert office.get(f"/admin/announcements/{public_id}").status_code == 200


def test_one_that_was_taken_back_is_not_told_in_the_letter_of_the_day(house: Any, office: Any) -> None:
    house.sql(
        "INSERT INTO notification_choices (account_id, kind, channel, wanted) "
        "SELECT id, 'announcements', 'daily', true FROM accounts WHERE login = 'anna'"
    )
    public_id = house.published(office, **FIRST)
    house.run_jobs("announcements.tell")
    assert house.sql("SELECT state FROM notification_pending") == [("waiting",)]
    page = f"/admin/announcements/{public_id}"
    assert office.post(f"{page}/withdraw", {}, form=page).status_code == 303
    assert house.sql("SELECT state, context FROM notification_pending") == [("dropped", {})]


def test_one_that_was_taken_back_is_not_read_in_the_portal_as_the_mailout_that_carried_it(
    house: Any, office: Any
) -> None:
    public_id = house.published(office, tell="mailout", title="Zalany parter")
    house.run_jobs("announcements.tell")
    ((mailout,),) = house.sql("SELECT mailout FROM announcements")
    house.sql("UPDATE outbox_items SET state = 'sent', live = false, context = context WHERE channel = 'email'")
    anna = house.browser("anna")
    assert "Zalany parter" in anna.get("/news").text
    page = f"/admin/announcements/{public_id}"
    assert office.post(f"{page}/withdraw", {}, form=page).status_code == 303
    assert "Zalany parter" not in anna.get("/news").text
    assert "Zalany parter" not in anna.get("/news?view=unread").text
    assert anna.get(f"/news/{mailout}").status_code == 404


def test_a_mailout_that_nobody_would_get_leaves_no_draft(house: Any, office: Any) -> None:
    house.sql("UPDATE accounts SET email = NULL WHERE role = 'resident'")
    house.sql("UPDATE occupancies SET until_revision = 2")
    house.published(office, tell="mailout")
    house.run_jobs("announcements.tell")
    assert house.sql("SELECT tell, mailout FROM announcements") == [("notice", None)]
    assert house.sql("SELECT count(*) FROM mailouts") == [(0,)]


@pytest.mark.parametrize("masked", ["&#52;4051401359", "440514&#x30;1359", "440514\\-01359"])
def test_what_readers_see_is_looked_at_however_it_is_written(house: Any, office: Any, masked: str) -> None:
    public_id = house.write(office, body=f"PESEL {masked}.")
    assert house.publish(office, public_id).status_code == 422
    public_id = house.write(office, title_uk="Вода", body_uk=f"PESEL {masked}.")
    assert house.publish(office, public_id).status_code == 422
