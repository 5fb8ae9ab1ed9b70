"""The interface keeps what its description says, whatever is asked: schemathesis asks all that it allows, and more.

The same questions at each run. An answer must be one that is described and look as described, what is allowed must be
taken, what is not must be refused, and nothing may be an error of ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks

from app.web import bearer
from tests.features.api.asking import hand_over, package, program, token, work_off
from tests.features.api.test_lists import READING

EXAMPLES = 8
#: Of one answer after another; each has a test of its own.
STORIES = ("ignored_auth", "use_after_free", "ensure_resource_availability", "object_level_authorization")
load_all_checks()


@pytest.fixture
def described(app: Any, tenant: Any, tmp_path: Path, monkeypatch: Any) -> tuple[Any, str]:
    """The description as it is served, read by schemathesis, and a token that may do everything."""
    monkeypatch.setattr(bearer, "CALLS", 1_000_000)
    monkeypatch.setattr(bearer, "UPLOADS", 1_000_000)
    secret = token(app, tenant, (*READING, "imports:write", "announcements:write"))
    hand_over(program(app, tenant, secret), package(tmp_path))
    work_off(app, tenant)
    host = f"{tenant.slug}.osiedle.test"
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, headers={"Host": host}), secret


def ask(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> int:
    """Asks one operation some questions; returns how many."""
    asked = []

    @settings(
        max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
        phases=(Phase.generate,), suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def question(case: Any) -> None:
        asked.append(case)
        # Whether a package is taken depends on the file, on what else was handed over and on profiles that there are.
        excluded = (*STORIES, "positive_data_acceptance") if operation.method == "post" else STORIES
        case.call_and_validate(headers=headers, excluded_checks=_checks(excluded))

    question()
    return len(asked)


def _checks(names: tuple[str, ...]) -> list[Any]:
    return [check for check in schemathesis.checks.CHECKS.get_all() if check.__name__ in names]


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "strange"])
def test_every_operation_answers_as_it_is_described(
    app: Any, tenant: Any, described: tuple[Any, str], mode: GenerationMode
) -> None:
    schema, secret = described
    headers = {"Authorization": f"Bearer {secret}", "Host": f"{tenant.slug}.osiedle.test"}
    asked = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        asked[operation.label] = ask(operation, mode, headers)
    assert len(asked) >= 11 and min(asked.values()) >= 5, asked


def test_what_contradicts_its_description_is_found(app: Any, tenant: Any, described: tuple[Any, str]) -> None:
    """The control: were a balance a number, these tests would say so."""
    document = program(app, tenant, None).get("/api/v1/openapi.json").get_json()
    document["components"]["schemas"]["Balance"]["properties"]["balance"] = {"type": "number"}
    schema = schemathesis.openapi.from_dict(document)
    schema.app, schema.location = app, "/api/v1/openapi.json"
    headers = {"Authorization": f"Bearer {described[1]}", "Host": f"{tenant.slug}.osiedle.test"}
    with pytest.raises(BaseException, match=r"balance|schema"):
        ask(schema["/balances"]["GET"], GenerationMode.POSITIVE, headers)
