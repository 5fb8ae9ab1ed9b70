"""What programs read: each scope its own list, page by page, money as text, and nothing of other buildings."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.api import rules
from tests.browsing import Browser
from tests.features.api.asking import hand_over, package, problem, program, token, work_off
from tests.features.imports.doing import change
from tests.town import books

LISTS = {
    "units": "units:read",
    "people": "people:read",
    "balances": "balances:read",
    "documents": "documents:read",
    "announcements": "announcements:read",
    "deliveries": "deliveries:read",
}
READING = tuple(LISTS.values())


@pytest.fixture
def settled(app: Any, tenant: Any, tmp_path: Path) -> Any:
    """A manager with the books of the town and a second building, where P3 lives in L4."""
    sheets = books("alfa")
    sheets["buildings"] += [["B2", None, "Dębowa", "1", "67-200", "Głogów"]]
    sheets["units"] += [["L4", "B2", None, "1", None, Decimal("30.00"), None, None, None, None, None]]
    sheets["occupancies"] += [["L4", "P3", "tenant", date(2021, 1, 1), None]]
    hand_over(program(app, tenant, token(app, tenant)), package(tmp_path, **sheets))
    work_off(app, tenant)
    return tenant


@pytest.fixture
def reader(app: Any, settled: Any) -> Callable[..., Browser]:
    """A program at this manager with these scopes, and limited to these buildings."""

    def make(*scopes: str, buildings: tuple[str, ...] = ()) -> Browser:
        return program(app, settled, token(app, settled, scopes, buildings=buildings))

    return make


def rows(client: Browser, path: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["data"]
    return found


@pytest.mark.parametrize(("name", "scope"), LISTS.items())
def test_each_list_asks_for_its_own_scope(reader: Callable[..., Browser], name: str, scope: str) -> None:
    assert reader(scope).get(f"/api/v1/{name}").status_code == 200
    writing = scope.replace(":read", ":write")  # who writes reads what became of it
    others = reader(*(one for one in rules.SCOPES if one not in (scope, writing))).get(f"/api/v1/{name}")
    assert scope in problem(others, 403)["detail"]
    assert f'scope="{scope}"' in others.headers["WWW-Authenticate"]


def test_units_are_as_the_books_have_them(reader: Callable[..., Browser]) -> None:
    first = rows(reader("units:read"), "units")[0]
    assert first == {
        "code": "L1", "building": "B1", "building_name": "Dom KANARALFA",
        "address": {"street": "Ulica KANARALFA", "number": "5", "postcode": "67-200", "city": "Miasto KANARALFA"},
        "staircase": "A", "number": "1", "floor": "1", "area_m2": "48.50", "heated_area_m2": None, "persons": 2,
        "title": "własność KANARALFA", "share": None, "account": None,
    }  # fmt: skip


def test_people_have_their_titles_and_are_found_by_unit_and_code(reader: Callable[..., Browser]) -> None:
    client = reader("people:read")
    assert [one["code"] for one in rows(client, "people?unit=L1")] == ["P1", "P2"]
    celina = rows(client, "people?person=P3")
    assert [one["code"] for one in celina] == ["P3"]
    assert celina[0]["email"] == "celina@alfa.example"
    assert celina[0]["titles"] == [
        {"unit": "L3", "role": "owner", "from": "2020-01-01", "to": None},
        {"unit": "L4", "role": "tenant", "from": "2021-01-01", "to": None},
    ]
    assert rows(client, "people?unit=NIE-MA") == []


def test_balances_are_text_with_two_decimals_and_sum_up(reader: Callable[..., Browser], app: Any, settled: Any) -> None:
    change(
        app, settled,
        "INSERT INTO pending_payments (public_id, unit_code, account, amount, paid_on, source, source_ref) "
        "VALUES ('x', 'L1', 'rent', 5000, '2026-11-20', 'bank', '1')",
    )  # fmt: skip
    client = reader("balances:read")
    found = {one["unit"]: one for one in rows(client, "balances")}
    assert found["L1"]["balance"] == "318.77" and found["L1"]["pending"] == "50.00"
    assert found["L1"]["accounts"] == {
        "rent": "234.57", "water": "84.20", "heat": "0.00", "repairs": "0.00", "interest": "0.00",
    }  # fmt: skip
    assert found["L2"]["balance"] == "-38.00" and found["L2"]["overdue"] == "0.00"
    assert found["L4"]["balance"] == "0.00"
    sums = {unit: sum(map(Decimal, one["accounts"].values())) for unit, one in found.items()}
    assert sums == {unit: Decimal(one["balance"]) for unit, one in found.items()}
    before = {one["unit"]: one for one in rows(client, "balances?on=2026-10-01&unit=L1")}
    assert before["L1"]["balance"] == "184.21"
    assert before["L1"]["overdue"] == "100.01", "what falls due on that very day is not late yet"


def test_overdue_says_what_the_page_of_arrears_says(reader: Callable[..., Browser], app: Any, settled: Any) -> None:
    from app.books.queries.balances import all_debts
    from tenants.context import bind
    from tests.features.api.asking import ACTOR

    for day in (date(2026, 1, 2), date(2026, 10, 2), date(2026, 11, 2), date(2026, 12, 1)):
        with app.app_context(), bind(settled):
            late = {line.unit_code: line.late for line in all_debts(ACTOR, day, None, None, 1)}
        told = {one["unit"]: one["overdue"] for one in rows(reader("balances:read"), f"balances?on={day}")}
        assert {unit: int(Decimal(text) * 100) for unit, text in told.items() if Decimal(text)} == late


@pytest.mark.parametrize("name", ["units", "people", "balances"])
def test_pages_follow_one_another_and_miss_nothing(reader: Callable[..., Browser], name: str) -> None:
    client, seen = reader(*READING), []
    path = f"/api/v1/{name}?limit=1"
    whole = client.get(f"/api/v1/{name}").get_json()["data"]
    while path:
        answer = client.get(path)
        page = answer.get_json()
        assert len(page["data"]) == 1
        seen += page["data"]
        links = " ".join(answer.headers.getlist("Link"))
        assert ('rel="next"' in links) == (page["next"] is not None)
        assert page["next"] is None or f'<{page["next"]}>; rel="next"' in links
        path = (page["next"] or "").partition(".test")[2]
    assert seen == whole and len(seen) == 4


def test_a_token_of_one_building_reads_of_no_other(reader: Callable[..., Browser]) -> None:
    client = reader(*READING, buildings=("B2",))
    assert [one["code"] for one in rows(client, "units")] == ["L4"]
    assert [one["unit"] for one in rows(client, "balances")] == ["L4"]
    people = rows(client, "people")
    assert [one["code"] for one in people] == ["P3"]
    assert [title["unit"] for title in people[0]["titles"]] == ["L4"]
    for path in ("units?unit=L1", "balances?unit=L1", "people?unit=L1", "people?person=P1", "units?building=B1"):
        assert rows(client, path) == []


def test_the_stamp_of_the_books_and_the_tag_change_with_them(
    reader: Callable[..., Browser], app: Any, settled: Any, tmp_path: Path
) -> None:
    client = reader("balances:read")
    first = client.get("/api/v1/balances")
    assert first.get_json()["revision"] == 1 and first.get_json()["as_of"]
    tag = first.headers["ETag"]
    same = client.get("/api/v1/balances", headers={"If-None-Match": tag})
    assert same.status_code == 304 and same.get_data() == b"" and same.headers["RateLimit-Limit"]
    hand_over(program(app, settled, token(app, settled)), package(tmp_path))
    work_off(app, settled)
    after = client.get("/api/v1/balances", headers={"If-None-Match": tag})
    assert after.status_code == 200 and after.get_json()["revision"] == 2


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit"), ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("limit=" + "9" * 10_000, "limit"), ("limit=²", "limit"), ("unit=" + "x" * 10_000, "unit"), ("unit=", "unit"),
        ("on=2026-02-30", "on"), ("on=jutro", "on"), ("cursor=" + "x" * 10_000, "cursor"), ("stat=x", "stat"),
        ("x" * 10_000 + "=1", "x" * 200),
    ],
)  # fmt: skip
def test_an_odd_question_is_named(reader: Callable[..., Browser], query: str, field: str) -> None:
    told = problem(reader("balances:read").get(f"/api/v1/balances?{query}"), 422)
    assert told["errors"][0]["field"] == field


@pytest.mark.parametrize("name", LISTS)
def test_signs_that_no_text_holds_are_a_problem_not_an_error(reader: Callable[..., Browser], name: str) -> None:
    client = reader(*READING)
    assert client.get(f"/api/v1/{name}?cursor=%ff%fe").status_code in (200, 404)
    for query in ("cursor=a%00b", "limit=%00", "%00=1", "unit=%0a"):
        assert client.get(f"/api/v1/{name}?{query}").status_code in (400, 422), query


@pytest.mark.parametrize("name", ["documents", "announcements", "deliveries"])
def test_a_cursor_that_names_nothing_is_not_there(reader: Callable[..., Browser], name: str) -> None:
    told = problem(reader(*READING).get(f"/api/v1/{name}?cursor={'A' * 22}"), 404)
    assert told["errors"][0]["field"] == "cursor"


def test_a_limited_token_hands_over_nothing_and_must_name_buildings_that_there_are(app: Any, settled: Any) -> None:
    from app.core.errors import Refused

    for scopes, buildings in ((("imports:write",), ("B1",)), (("units:read",), ("B9",))):
        with pytest.raises(Refused):
            token(app, settled, scopes, buildings=buildings)


def test_every_scope_is_described(app: Any, settled: Any) -> None:
    text = program(app, settled, None).get("/api/v1/openapi.json").get_data(as_text=True)
    assert set(re.findall(r"Scope ([a-z]+:[a-z]+)", text)) | {"imports:write"} == set(rules.SCOPES)


def test_documents_of_people_are_for_tokens_that_may_know_people(app: Any, settled: Any) -> None:
    from app.attachments.rules import Checked
    from app.core import work
    from app.documents.commands import saving
    from app.documents.rules import About
    from tenants.context import bind
    from tests.features.api.asking import ACTOR

    with app.app_context(), bind(settled):
        wish = saving.Wish(About("Wezwanie", "other"), None, "people", ("P1",))
        personal = saving.create(ACTOR, wish, Checked("wezwanie.txt", "text/plain", b"Wezwanie"))
        work.commit()
    plain = program(app, settled, token(app, settled, ("documents:read",)))
    both = program(app, settled, token(app, settled, ("documents:read", "people:read")))
    found = {one["id"]: one for one in rows(both, "documents")}
    assert found[personal]["targets"] == ["P1"] and found[personal]["access"] == "people"
    assert {one["id"] for one in rows(plain, "documents")} == set(found) - {personal}
    assert problem(plain.get(f"/api/v1/documents/{personal}/file"), 404)
    assert problem(plain.get(f"/api/v1/documents?cursor={personal}"), 404)
    answer = both.get(found[personal]["file_url"].partition(".test")[2])
    assert answer.data == b"Wezwanie" and answer.headers["Content-Disposition"].startswith("attachment")


def test_newest_lists_go_page_by_page_and_never_to_another_manager(app: Any, town: Any) -> None:
    from tests.town import CANARIES

    client = program(app, town.alfa, token(app, town.alfa, READING))
    for name in ("documents", "announcements", "deliveries"):
        whole = rows(client, f"{name}?limit=500")
        seen, path = [], f"/api/v1/{name}?limit=2"
        while path:
            answer = client.get(path)
            assert CANARIES["beta"] not in answer.get_data(as_text=True)
            seen += answer.get_json()["data"]
            path = (answer.get_json()["next"] or "").partition(".test")[2]
        assert seen == whole and len(seen) > 0
    stranger = program(app, town.beta, token(app, town.beta, READING))
    for name in ("documents", "announcements", "deliveries"):
        foreign = rows(client, f"{name}?limit=1")[0]["id"]
        problem(stranger.get(f"/api/v1/{name}?cursor={foreign}"), 404)
    problem(stranger.get(f"/api/v1/documents/{rows(client, 'documents')[0]['id']}/file"), 404)


def test_deliveries_name_nobody_to_tokens_that_may_not_know_people(app: Any, town: Any) -> None:
    plain = program(app, town.alfa, token(app, town.alfa, ("deliveries:read",)))
    told = plain.get("/api/v1/deliveries?limit=500").get_data(as_text=True)
    assert "@alfa.example" not in told and "KANARALFA" not in told
    assert all(one["recipient"] is None for one in rows(plain, "deliveries"))
    both = program(app, town.alfa, token(app, town.alfa, ("deliveries:read", "people:read")))
    addresses = {one["recipient"]["address"] for one in rows(both, "deliveries?limit=500")}
    assert "p1@alfa.example" in addresses
    mailed = rows(both, "deliveries?channel=email&limit=500")
    assert mailed and {one["channel"] for one in mailed} == {"email"}
    assert rows(both, f"deliveries?cause={mailed[0]['cause']}")


def test_lists_are_narrowed_down(app: Any, town: Any) -> None:
    client = program(app, town.alfa, token(app, town.alfa, READING))
    assert {one["state"] for one in rows(client, "documents?state=draft")} == {"draft"}
    assert {tuple(one["targets"]) for one in rows(client, "documents?unit=L1")} == {("L1",)}
    assert rows(client, "documents?category=statute") == []
    assert rows(client, "announcements?state=withdrawn") == []
    told = rows(client, "announcements?state=published")[0]
    assert told["title"] == "Ogłoszenie KANARALFA" and told["audience"] == {"all": True} and told["confirm"]
    for name, since in (("documents", "changed_since"), ("announcements", "changed_since"), ("deliveries", "since")):
        assert rows(client, f"{name}?{since}=2020-01-01T00:00:00Z")
        assert rows(client, f"{name}?{since}=2199-01-01T00:00:00%2B01:00") == []
        problem(client.get(f"/api/v1/{name}?{since}=2026-01-01"), 422)
