"""Packages that programs hand over: taken once for a key, and told what became of them."""

from __future__ import annotations

import re
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.features.api.asking import hand_over, package, problem, program, token, work_off
from tests.features.imports.doing import imports, query, scalar


def test_a_package_is_taken_run_and_reported(app: Any, tenant: Any, tmp_path: Path) -> None:
    client = program(app, tenant, token(app, tenant))
    answer = hand_over(client, package(tmp_path), "noc-1", mode="snapshot")
    assert answer.status_code == 202
    taken = answer.get_json()
    assert set(taken) == {"id", "status", "url"} and taken["status"] == "queued"
    assert taken["url"] == answer.headers["Location"]
    assert taken["url"].startswith(f"http://{tenant.slug}.osiedle.test/api/v1/imports/")
    waiting = client.get(f"/api/v1/imports/{taken['id']}").get_json()
    assert waiting["status"] == "queued" and "errors" not in waiting
    work_off(app, tenant)
    report = client.get(f"/api/v1/imports/{taken['id']}").get_json()
    assert (report["id"], report["status"], report["revision"]) == (taken["id"], "published", 1)
    assert report["sheets"]["ledger"]["added"] == 7
    assert report["totals"]["ledger"] == {"debit": "2208.54", "credit": "1150.00"}
    assert report["errors"] == [] and report["warnings"] == [] and not report["undone"]
    log = query(app, tenant, "SELECT actor_kind, actor FROM audit_entries WHERE action = 'import.received'")
    assert log == [("token", "API: Program księgowy")]


def test_a_refused_package_says_where_and_how_to_mend_it(app: Any, tenant: Any, tmp_path: Path) -> None:
    client = program(app, tenant, token(app, tenant))
    rows = [["1", "L9", "charge", "rent", "2026-11-01", None, None, "1,00", None, None, None]]
    taken = hand_over(client, package(tmp_path, ledger=rows)).get_json()
    work_off(app, tenant)
    report = client.get(taken["url"].partition(".test")[2]).get_json()
    assert report["status"] == "refused" and report["error_count"] >= 1
    assert {"sheet", "row", "column", "value", "code", "message"} <= set(report["errors"][0])


def test_the_same_key_and_file_are_one_import_also_when_it_is_over(app: Any, tenant: Any, tmp_path: Path) -> None:
    client, file = program(app, tenant, token(app, tenant)), package(tmp_path)
    first = hand_over(client, file, "noc-1").get_json()
    assert hand_over(client, file, "noc-1").get_json() == first
    work_off(app, tenant)
    again = hand_over(client, file, "noc-1")
    assert again.status_code == 202
    assert again.get_json() == first | {"status": "published"}
    assert imports(app, tenant) == [("published", 1)]


def test_a_key_of_another_file_or_mode_is_refused_and_changes_nothing(app: Any, tenant: Any, tmp_path: Path) -> None:
    client, file = program(app, tenant, token(app, tenant)), package(tmp_path)
    hand_over(client, file, "noc-1")
    other = package(tmp_path, buildings=[["B1", "Inny", "Inna", "5", "67-200", "Miasto"]])
    assert problem(hand_over(client, other, "noc-1"), 422)["errors"][0]["field"] == "Idempotency-Key"
    problem(hand_over(client, file, "noc-1", mode="increment"), 422)
    assert len(imports(app, tenant)) == 1
    assert hand_over(client, other, "noc-2").status_code == 202


def test_without_a_key_each_delivery_is_an_import(app: Any, tenant: Any, tmp_path: Path) -> None:
    client, file = program(app, tenant, token(app, tenant)), package(tmp_path)
    assert hand_over(client, file).get_json()["id"] != hand_over(client, file).get_json()["id"]


def test_many_at_once_under_one_key_make_one_import(app: Any, tenant: Any, tmp_path: Path) -> None:
    secret, file = token(app, tenant), package(tmp_path)
    answers: list[Any] = []

    def send() -> None:
        answers.append(hand_over(program(app, tenant, secret), file, "noc-1"))

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [202] * 5
    assert len({answer.get_json()["id"] for answer in answers}) == 1
    assert len(imports(app, tenant)) == 1


def test_a_key_means_something_at_one_manager_only(app: Any, new_tenant: Any, tmp_path: Path) -> None:
    here, there, file = new_tenant(), new_tenant(), package(tmp_path)
    first = hand_over(program(app, here, token(app, here)), file, "noc-1").get_json()
    second = hand_over(program(app, there, token(app, there)), file, "noc-1").get_json()
    assert first["id"] != second["id"]


@pytest.mark.parametrize("key", ["", "x" * 201, "za\tkładka", "x" * 10_000])
def test_an_odd_key_is_a_problem_not_an_error(app: Any, tenant: Any, tmp_path: Path, key: str) -> None:
    client = program(app, tenant, token(app, tenant))
    answer = hand_over(client, package(tmp_path), key.encode().decode("latin-1"))
    assert problem(answer, 422)["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"mode": "wszystko"}, "mode"),
        ({"mode": "x" * 10_000}, "mode"),
        ({"dry_run": "może"}, "dry_run"),
        ({"profile": "Nie ma"}, "profile"),
        ({"sheet": "x" * 10_000}, "sheet"),
    ],
)
def test_an_odd_field_is_named(app: Any, tenant: Any, tmp_path: Path, fields: dict[str, str], field: str) -> None:
    answer = hand_over(program(app, tenant, token(app, tenant)), package(tmp_path), **fields)
    assert problem(answer, 422)["errors"][0]["field"] == field
    assert not imports(app, tenant)


def test_no_file_an_empty_one_and_another_kind_of_body_are_problems(app: Any, tenant: Any) -> None:
    client = program(app, tenant, token(app, tenant))
    multipart = {"content_type": "multipart/form-data"}
    assert problem(client.post("/api/v1/imports", data={"mode": "snapshot"}, **multipart), 422)["errors"]
    assert problem(hand_over(client, b""), 422)["errors"][0]["field"] == "file"
    problem(client.post("/api/v1/imports", json={"file": "x"}), 415)
    problem(client.post("/api/v1/imports", data=b"PK\x03\x04", content_type="application/zip"), 415)
    problem(client.put("/api/v1/imports"), 405)
    problem(client.post("/api/v1/imports", data={"mode": "a\0b", "file": (BytesIO(b"x"), "a.zip")}), 400)
    assert not imports(app, tenant)


def test_a_dry_run_publishes_nothing(app: Any, tenant: Any, tmp_path: Path) -> None:
    client = program(app, tenant, token(app, tenant))
    taken = hand_over(client, package(tmp_path), dry_run="true").get_json()
    work_off(app, tenant)
    assert client.get(f"/api/v1/imports/{taken['id']}").get_json()["status"] == "checked"
    assert scalar(app, tenant, "SELECT count(*) FROM revisions") == 0


def test_what_is_not_there_and_what_is_anothers_answer_alike(app: Any, new_tenant: Any, tmp_path: Path) -> None:
    here, there = new_tenant(), new_tenant()
    foreign = hand_over(program(app, there, token(app, there)), package(tmp_path)).get_json()["id"]
    client = program(app, here, token(app, here))
    found = [problem(client.get(f"/api/v1/imports/{id}"), 404) for id in (foreign, "A" * 22, "1", "x" * 3000)]
    for one in found:
        one.pop("request_id")
    assert all(one == found[0] for one in found)
    assert program(app, there, token(app, there)).get(f"/api/v1/imports/{foreign}").status_code == 200


def test_the_description_is_read_without_a_token_and_names_what_there_is(app: Any, tenant: Any) -> None:
    answer = program(app, tenant, None).get("/api/v1/openapi.json")
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    document = answer.get_json()
    assert document["openapi"].startswith("3.1")
    served = {
        (re.sub(r"<[^>]+>", "{}", rule.rule.removeprefix("/api/v1")), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.") and not rule.rule.endswith("openapi.json")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = document["paths"].items()
    assert served == {(re.sub(r"{[^}]+}", "{}", path), method) for path, methods in described for method in methods}
    names = set(document["components"]["schemas"])
    assert {word.split('"')[0] for word in answer.get_data(as_text=True).split("#/components/schemas/")[1:]} <= names


def test_too_large_and_broken_bodies_are_problems(app: Any, tenant: Any, monkeypatch: Any) -> None:
    client = program(app, tenant, token(app, tenant))
    view = app.view_functions["api.imports.receive"]
    monkeypatch.setattr(view, "max_content_length", 3 * 1024 * 1024)
    problem(hand_over(client, b"x" * (4 * 1024 * 1024)), 413)
    broken = {"content_type": "multipart/form-data; boundary=x"}
    for body in (b"--x\r\nContent-Disposition: form-data; name=file", b"\0" * 100, b"--x--", b""):
        problem(client.post("/api/v1/imports", data=body, **broken), 422)
    many = b"".join(b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' for _ in range(3000)) + b"--x--"
    assert client.post("/api/v1/imports", data=many, **broken).status_code in (413, 422)
    problem(client.post("/api/v1/imports", data=b"x", content_type="multipart/form-data"), 422)
    assert not imports(app, tenant)
