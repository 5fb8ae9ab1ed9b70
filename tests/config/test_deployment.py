"""The files of `deploy/` fit the product: what they name exists, and what people may upload gets through."""

from __future__ import annotations

import configparser
import re
from typing import Any

import pytest
import yaml

from config import settings as config
from config.settings import ROOT

DEPLOY = ROOT / "deploy"
MB = 1024 * 1024
#: What a deployment may be given beside what it cannot do without.
BY_CHOICE = {
    "MAIL_FROM_DOMAIN", "MAIL_INBOX_URL", "MAIL_CONNECTIONS", "TRIAL_LETTERS", "SMS_URL", "STRIPE_API_KEY",
    "STRIPE_WEBHOOK_SECRET", "STORAGE_URL", "S3_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    "CLAMAV_URL", "DNS_SERVER", "SECURITY_CONTACT", "SENTRY_DSN",
}  # fmt: skip
LOCATION = re.compile(r"location (~|=)? ?(\S+) \{([^}]*)\}")


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return found


def environment_of(service: str) -> dict[str, str]:
    """The environment of a service as Compose hands it over, with every variable filled in."""
    given = compose()["services"][service]["environment"]
    return {name: re.sub(r"\$\{(\w+):[?-][^}]*\}", r"given-\1", str(value)) for name, value in given.items()}


def largest(path: str) -> float:
    """How many bytes of a body the proxy hands on for a path: exact locations, then patterns in order, then `/`."""
    text = (DEPLOY / "nginx-site.conf").read_text()
    found = [(kind, where, body) for kind, where, body in LOCATION.findall(text)]
    chosen = next((body for kind, where, body in found if kind == "=" and where == path), None)
    if chosen is None:
        chosen = next((body for kind, where, body in found if kind == "~" and re.match(where, path)), "")
    told = re.search(r"client_max_body_size (\d+)m", chosen) or re.search(r"client_max_body_size (\d+)m", text)
    assert told
    return int(told[1]) * MB


def test_whatever_the_product_takes_the_proxy_hands_on(app: Any) -> None:
    seen = 0
    for rule in app.url_map.iter_rules():
        limit = getattr(app.view_functions[rule.endpoint], "max_content_length", 2 * MB)
        path = re.sub(r"<[^>]+>", "x", rule.rule)
        assert largest(path) >= limit, (rule.rule, limit // MB)
        seen += limit > 2 * MB
    assert seen > 20


def test_every_service_starts_what_exists_with_settings_that_are_read(app: Any) -> None:
    services = compose()["services"]
    assert {"proxy", "web", "worker", "scheduler", "migrate", "db", "redis"} == set(services)
    commands = {"worker": "worker", "scheduler": "scheduler"}
    for service, command in commands.items():
        assert services[service]["command"] == ["flask", command]
        assert command in app.cli.commands
    known = (ROOT / "docs" / "operators.md").read_text()
    for service in ("web", "worker", "scheduler", "migrate"):
        for name in environment_of(service):
            assert f"| `{name}` |" in known, name


@pytest.mark.parametrize("service", ["web", "worker", "scheduler"])
def test_whatever_a_deployment_may_choose_reaches_its_services(service: str) -> None:
    given = compose()["services"][service]["environment"]
    assert given.keys() >= BY_CHOICE
    assert all(str(given[name]).startswith(f"${{{name}:-") for name in BY_CHOICE), "none of them must be given"


@pytest.mark.parametrize("service", ["web", "worker", "scheduler", "migrate"])
def test_production_accepts_the_settings_of(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = environment_of(service) | {
        "OSIEDLE_ENV": "production", "SECRET_KEY": "k" * 40, "BASE_DOMAIN": "osiedle.example",
        **dict.fromkeys(BY_CHOICE - {"STORAGE_URL"}, ""), "STORAGE_URL": "file:///srv/osiedle/files",
    }  # fmt: skip
    loaded = config.load(given)
    owner = "given-DATABASE_PASSWORD"
    assert (owner in loaded.database_url) is (service in ("worker", "migrate")), "only these are the owner"
    assert loaded.app_database_url.startswith("postgresql+psycopg://osiedle_app:")
    assert owner not in loaded.app_database_url + loaded.platform_database_url


def test_the_database_of_compose_is_what_the_doctor_asks_for() -> None:
    words = " ".join(compose()["services"]["db"]["command"])
    assert "max_locks_per_transaction=512" in words and "recovery_init_sync_method=syncfs" in words


def test_compose_asks_for_nothing_that_its_example_leaves_out() -> None:
    wanted = set(re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text()))
    told = set(re.findall(r"^(\w+)=", (DEPLOY / "compose.env.example").read_text(), re.MULTILINE))
    assert wanted == told


def test_the_image_holds_what_runs_and_no_tests() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    copied = [
        word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]
    ]
    assert set(copied) >= {"app", "config", "migrations", "tenants", "worker", "wsgi.py", "requirements.txt"}
    assert all((ROOT / name).exists() for name in copied) and "tests" not in copied
    allowed = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    assert {f"!{name}" for name in copied} <= set(allowed)
    assert lines.index("USER osiedle") < lines.index('CMD ["gunicorn", "-c", "config/gunicorn.py", "wsgi:app"]')


@pytest.mark.parametrize("unit", sorted(path.name for path in DEPLOY.glob("*.service")))
def test_a_unit_starts_what_exists(unit: str) -> None:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.read(DEPLOY / unit)
    assert parsed["Service"]["ExecStart"].startswith("/opt/osiedle/.venv/bin/")
    assert parsed["Service"]["NoNewPrivileges"] == "yes"
