"""Production refuses what would be unsafe, one sentence for each reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.local import state
from config.settings import UnsafeSettings, load

SAFE = {
    "OSIEDLE_ENV": "production",
    "BASE_DOMAIN": "osiedle.example",
    "DATABASE_URL": "postgresql://owner:x@db/osiedle",
    "REDIS_URL": "redis://redis/0",
    "SECRET_KEY": "x7Jp2mQ9vR4tW8zB1nC6kL3fH5gD0sA-",
    "ENCRYPTION_KEYS": "k1",
    "MAIL_URL": "smtp://relay",
}


def test_safe_settings_are_accepted() -> None:
    settings = load(SAFE)
    assert settings.production
    assert settings.secure_cookies
    assert settings.url("demo.osiedle.example", "/login") == "https://demo.osiedle.example/login"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "dev"}, "SECRET_KEY"),
        ({"ENCRYPTION_KEYS": ""}, "ENCRYPTION_KEYS"),
        ({"OSIEDLE_SECURE_COOKIES": "0"}, "HTTPS"),
        ({"OSIEDLE_HTTPS": "off"}, "HTTPS"),
        ({"MAIL_URL": ""}, "MAIL_URL"),
        ({"BASE_DOMAIN": ""}, "BASE_DOMAIN"),
        ({"BASE_DOMAIN": "localhost:8000"}, "BASE_DOMAIN"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT"),
    ],
)
def test_an_unsafe_setting_is_refused_by_name(change: dict[str, str], word: str) -> None:
    with pytest.raises(UnsafeSettings) as refusal:
        load(SAFE | change)
    assert len(refusal.value.problems) == 1, refusal.value.problems
    assert word in refusal.value.problems[0]


def test_in_production_a_folder_is_not_taken_for_a_gateway_of_text_messages() -> None:
    assert load(SAFE).sms_url == ""
    assert load(SAFE | {"OSIEDLE_ENV": "development"}).sms_url.startswith("file://")


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(UnsafeSettings) as refusal:
        load({"OSIEDLE_ENV": "production"})
    assert len(refusal.value.problems) >= 5


def test_the_embedded_servers_are_refused_in_production(tmp_path: Path) -> None:
    state.write(tmp_path, {"DATABASE_URL": SAFE["DATABASE_URL"], "REDIS_URL": "redis://other"})
    with pytest.raises(UnsafeSettings, match="embedded"):
        load(SAFE | {"OSIEDLE_VAR": str(tmp_path)})


def test_secrets_are_not_shown_with_the_settings() -> None:
    shown = repr(load(SAFE))
    assert SAFE["SECRET_KEY"] not in shown
    assert "owner:x" not in shown


def test_the_three_logins_differ_and_their_passwords_are_derived() -> None:
    settings = load(SAFE)
    urls = {settings.database_url, settings.app_database_url, settings.platform_database_url}
    assert len(urls) == 3
    assert "osiedle_app:" in settings.app_database_url
    assert settings.app_database_url.endswith("@db/osiedle")
