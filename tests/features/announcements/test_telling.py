"""How people are told: by notices as they chose, by a mailout of the whole text, or not at all; once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.core import events
from tests.features.announcements.conftest import FIRST, House
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
                     "path": f"/news/{public_id}"}  # fmt: skip


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
