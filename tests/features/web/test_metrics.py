"""What a monitoring system reads: figures of managers by their number, lanes by their name, and nobody's name."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.core import runtime
from app.core.jobs import LANES
from app.core.work import Ring
from app.fleet import figures
from config.settings import ROOT
from tenants.context import bind
from worker import queues

DASHBOARD = ROOT / "deploy" / "grafana" / "osiedle.json"


def read(app: Any) -> tuple[str, dict[tuple[str, frozenset[tuple[str, str]]], float]]:
    answer = app.test_client().get("/metrics", headers={"Host": "osiedle.test"})
    assert answer.status_code == 200
    page = answer.get_data(as_text=True)
    found = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }
    return page, found


def sample(found: Any, name: str, **labels: str) -> float | None:
    value: float | None = found.get((name, frozenset(labels.items())))
    return value


def test_managers_are_told_by_number_and_lanes_by_name(app: Any, new_tenant: Any, idle: None) -> None:
    tenant = new_tenant(name="SM „Tajna”")
    with app.app_context(), bind(tenant):
        figures.store(figures.read())
    for number in range(3):
        queues.ring([Ring(tenant.id, tenant.schema, number, 1, "outbox.drain", "bulk")])
    queues.ring([Ring(None, "platform", 1, 1, "x", "urgent")])
    try:
        page, found = read(app)
    finally:
        queues.connection().flushall()
    who = str(tenant.id)
    assert sample(found, "osiedle_queue_waiting", lane="bulk", tenant=who) == 3
    assert sample(found, "osiedle_queue_waiting", lane="urgent", tenant="platform") == 1
    assert sample(found, "osiedle_queue_length", lane="normal") == 0
    assert sample(found, "osiedle_tenant_units", tenant=who) == 0
    assert sample(found, "osiedle_tenant_accounts", tenant=who, of="staff") == 1
    assert (sample(found, "osiedle_tenant_bytes", tenant=who, of="tables") or 0) > 0
    assert sample(found, "osiedle_tenant_import_age_seconds", tenant=who) is None, "there was none"
    assert not [word for word in (tenant.slug, tenant.schema, "Tajna", "example") if word in page]


def test_the_lanes_of_the_metrics_are_the_lanes_of_the_queues(app: Any) -> None:
    with app.app_context():
        assert [queues.queue(lane).key for lane in LANES] == [f"rq:queue:osiedle-{lane}" for lane in LANES]


def test_without_redis_the_rest_is_told(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "settings", replace(runtime.settings(), redis_url="redis://127.0.0.1:9/0"))
    _page, found = read(app)
    assert any(name == "osiedle_tenants" for name, _labels in found)
    assert not any(name.startswith("osiedle_queue") for name, _labels in found)


def test_the_dashboard_asks_only_for_what_is_told(app: Any) -> None:
    page, _found = read(app)
    told = set(re.findall(r"^# HELP (\w+)", page, re.MULTILINE))
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = {
        name for panel in panels for target in panel["targets"] for name in re.findall(r"osiedle_\w+", target["expr"])
    }
    assert len(panels) > 10 and asked <= told
    assert told - asked == set(), "whatever is told has its place on the dashboard"
