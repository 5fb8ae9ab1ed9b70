"""Programs write announcements: kept once for a key, looked through like those of people, and signed by the token."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.features.api.asking import problem, program, token
from tests.features.api.test_lists import settled
from tests.features.imports.doing import query, scalar

__all__ = ["settled"]
HERE = "/api/v1/announcements"
WORDS = {"title": "Przerwa w dostawie wody", "body": "Jutro od 8:00 do 12:00.", "audience": {"all": True}}
WRITE = ("announcements:write",)


def hand(client: Any, value: Any, key: str | None = None, **more: Any) -> Any:
    headers = {"Idempotency-Key": key} if key is not None else {}
    data = value if isinstance(value, (str, bytes)) else json.dumps(value)
    return client.post(HERE, data=data, headers=headers, **{"content_type": "application/json", **more})


@pytest.fixture
def writer(app: Any, settled: Any) -> Any:
    return program(app, settled, token(app, settled, WRITE))


def test_a_draft_is_kept_and_a_published_one_appears(app: Any, settled: Any, writer: Any) -> None:
    draft = hand(writer, WORDS)
    assert draft.status_code == 201 and draft.get_json()["state"] == "draft"
    assert draft.headers["Location"].endswith(f"{HERE}/{draft.get_json()['id']}")
    assert writer.get(f"{HERE}/{draft.get_json()['id']}").get_json() == draft.get_json()
    more = {
        "state": "published",
        "audience": {"buildings": ["B2"]},
        "translations": {"en": {"title": "A", "body": "B"}},
    }
    out = hand(writer, WORDS | more).get_json()
    assert out["state"] == "published" and out["audience"] == {"buildings": ["B2"]} and out["published_at"]
    assert out["translations"] == more["translations"]
    later = hand(writer, WORDS | {"state": "published", "publish_at": "2199-01-01T08:00:00+01:00"})
    assert problem(later, 422)["errors"][0]["field"] == "publish_at"
    acts = query(app, settled, "SELECT action, actor_kind, actor FROM audit_entries WHERE action LIKE 'announcement.%'")
    assert set(acts) == {
        ("announcement.written", "token", "API: Program księgowy"),
        ("announcement.published", "token", "API: Program księgowy"),
    }
    assert scalar(app, settled, "SELECT count(*) FROM jobs WHERE name = 'announcements.tell'") == 1


def test_a_key_is_one_announcement_and_another_content_under_it_is_refused(app: Any, settled: Any, writer: Any) -> None:
    first = hand(writer, WORDS | {"state": "published"}, "a-1")
    again = hand(writer, {"state": "published"} | WORDS, "a-1")
    assert again.status_code == 201 and again.get_json()["id"] == first.get_json()["id"]
    assert problem(hand(writer, WORDS, "a-1"), 422)["errors"][0]["field"] == "Idempotency-Key"
    assert hand(writer, WORDS, "a-2").get_json()["id"] != first.get_json()["id"]
    assert scalar(app, settled, "SELECT count(*) FROM announcements") == 2
    assert scalar(app, settled, "SELECT count(*) FROM jobs WHERE name = 'announcements.tell'") == 1
    for key in ("", "x" * 201, "x" * 10_000):
        assert problem(hand(writer, WORDS, key), 422)["errors"][0]["field"] == "Idempotency-Key"


def test_words_that_may_name_a_person_are_left_to_a_person(app: Any, settled: Any, writer: Any) -> None:
    personal = WORDS | {"body": "Zaległość ma PESEL 44051401359.", "state": "published"}
    told = problem(hand(writer, personal, "p"), 422)
    assert told["findings"] and "44051401359" not in json.dumps(told)
    assert scalar(app, settled, "SELECT count(*) FROM announcements") == 0, "nothing is kept"
    assert hand(writer, personal | {"state": "draft"}, "p").get_json()["state"] == "draft"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"title": ""}, "title"), ({"title": "x" * 161}, "title"), ({"title": 5}, "title"), ({"body": " "}, "body"),
     ({"body": "x" * 50_001}, "body"), ({"audience": {}}, "audience"),
     ({"audience": {"buildings": ["NIE"]}}, "audience"),
     ({"audience": None}, "audience"), ({"importance": "x"}, "importance"),
     ({"importance": "failure", "state": "published"}, "ends_at"),
     ({"tell": "shout"}, "tell"), ({"confirm": "yes"}, "confirm"), ({"state": "withdrawn"}, "state"),
     ({"publish_at": "jutro", "state": "published"}, "publish_at"),
     ({"expires_at": "2020-01-01T00:00:00Z", "state": "published"}, "expires_at"),
     ({"publish_at": "2027-01-01T00:00:00Z"}, "publish_at"), ({"translations": {"de": {}}}, "translations"),
     ({"translations": {"en": {"title": "x"}}}, "translations"), ({"version": 1}, "version")],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(
    app: Any, settled: Any, writer: Any, change: dict[str, Any], field: str
) -> None:
    assert problem(hand(writer, WORDS | change), 422)["errors"][0]["field"] == field
    assert scalar(app, settled, "SELECT count(*) FROM announcements") == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [("", 400), ("{", 400), (b"\xff", 400), ("[" * 100_000, 400), ("[]", 422), ("null", 422),
     ('{"title": "\\u0000"}', 422),
     ('{"title": "\\ud800", "body": "x", "audience": {"all": true}}', 422), ("x" * 2_000_000, 400)],
)  # fmt: skip
def test_a_body_that_is_none_is_a_problem_not_an_error(writer: Any, body: Any, status: int) -> None:
    problem(hand(writer, body), status)


def test_another_kind_of_body_and_another_scope_are_turned_away(app: Any, settled: Any, writer: Any) -> None:
    problem(hand(writer, WORDS, content_type="text/plain"), 415)
    reader = program(app, settled, token(app, settled, ("announcements:read",)))
    problem(hand(reader, WORDS), 403)
    problem(hand(program(app, settled, None), WORDS), 401)


def test_a_token_of_some_buildings_writes_for_these_alone(app: Any, settled: Any) -> None:
    client = program(app, settled, token(app, settled, WRITE, buildings=("B2",)))
    assert hand(client, WORDS | {"audience": {"buildings": ["B1"]}}).status_code in (404, 422)
    assert hand(client, WORDS | {"audience": {"buildings": ["B2"]}}).status_code == 201


def test_every_answer_to_a_known_token_tells_its_limits(app: Any, settled: Any, writer: Any) -> None:
    answers = [
        hand(writer, WORDS), hand(writer, "{"), writer.get(f"{HERE}/none"), writer.get("/api/v1/units"),
    ]  # fmt: skip
    for answer in answers:
        assert "RateLimit-Remaining" in answer.headers, (answer.status_code, answer.request.path)
