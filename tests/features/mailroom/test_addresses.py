"""Addresses that letters come back to: only ours are understood, and each leads to one manager's one thing."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.public_ids import new_public_id
from app.core.runtime import settings
from app.mailroom.addresses import Destination, address, destination
from tenants.context import bind


@pytest.fixture
def made(app: Any, tenant: Any) -> tuple[str, str]:
    """An address and its subject."""
    subject = new_public_id()
    with app.app_context(), bind(tenant):
        return address("reply", subject), subject


def test_an_address_says_whose_and_what_it_is_about(app: Any, tenant: Any, made: Any) -> None:
    text, subject = made
    assert text.endswith("@" + settings().mail_from_domain)
    assert len(text.partition("@")[0]) <= 64, "longer local parts are refused by mail servers (RFC 5321)"
    with app.app_context():
        assert destination(text) == Destination("reply", tenant.id, subject)


def test_a_server_that_folds_the_case_of_addresses_does_no_harm(app: Any, made: Any) -> None:
    text, subject = made
    assert text == text.lower()
    found = destination(f"  {text.upper()} ")
    assert found is not None and found.subject == subject


def test_an_address_with_anything_changed_is_none_of_ours(app: Any, made: Any) -> None:
    text, _subject = made
    local, _at, domain = text.partition("@")
    prefix, _plus, token = local.partition("+")
    for place in range(0, len(token), 5):
        other = "a" if token[place] != "a" else "b"
        assert destination(f"{prefix}+{token[:place]}{other}{token[place + 1 :]}@{domain}") is None
    assert destination(f"bounce+{token}@{domain}") is None, "the seal names the feature"


@pytest.mark.parametrize(
    "text", ["", "@", "reply@x", "reply+@x", "reply+abc@x", "reply+" + "1" * 48, "a\0b+c@d", "ą+ę@ż"]
)
def test_what_is_no_address_of_ours_is_nothing(app: Any, text: str) -> None:
    assert destination(text) is None
    assert destination(text * 10_000) is None


def test_only_public_ids_and_short_prefixes_can_be_addressed(app: Any, tenant: Any) -> None:
    with app.app_context(), bind(tenant):
        for subject in ("", "7", "x" * 22 + "y", "ą" * 22, "A" * 21 + "B"):
            with pytest.raises(ValueError, match="public id"):
                address("reply", subject)
        with pytest.raises(ValueError, match="prefix"):
            address("Reply+x", new_public_id())
