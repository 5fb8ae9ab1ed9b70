"""Which subdomains a stranger may have."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Conflict, Refused
from app.onboarding.trials.rules import free_address, outline, speaks_for_us


@pytest.mark.parametrize("slug", ["sm-kwiatowa", "lipowa-7", "wspolnota11", "nad-odra", "osiedle-zielone", "a1"])
def test_an_ordinary_name_is_free(slug: str) -> None:
    assert free_address(f"  {slug.upper()} ", ["inna"]) == slug


@pytest.mark.parametrize(
    "slug", ["", "-a", "a-", "9lip", "zażółć", "a b", "a.b", "a_b", "ab--cd", "xn--kwiat-abc", "x" * 31, "x" * 10_000]
)
def test_what_is_no_name_is_refused_at_its_field(slug: str) -> None:
    with pytest.raises(Refused) as refusal:
        free_address(slug, [])
    assert refusal.value.field == "slug"


@pytest.mark.parametrize(
    "slug",
    [
        "console", "c0nsole", "conso1e", "con-sole", "consoole", "adm1n", "ad-min", "adrnin", "api", "ap1", "os1edle",
        "osied1e", "osiedle-admin", "admin-console", "konsola", "wvvw", "logowanie", "l0gin", "portal-bank",
    ],
)  # fmt: skip
def test_names_of_the_platform_and_what_reads_like_them_are_refused(slug: str) -> None:
    with pytest.raises(Refused):
        free_address(slug, [])


@pytest.mark.parametrize(
    ("slug", "other"),
    [
        ("kwiatowa-l", "kwiatowa-1"), ("kwiat0wa", "kwiatowa"), ("kwiatowa", "kwiat-owa"), ("kwiiatowa", "kwiatowa"),
        ("surna", "suma"), ("vvisla", "wisla"), ("e5ka", "eska"),
    ],
)  # fmt: skip
def test_a_look_alike_of_a_portal_is_refused(slug: str, other: str) -> None:
    with pytest.raises(Conflict, match="podobna"):
        free_address(slug, ["zupelnie-inna", other])


def test_the_same_name_is_taken() -> None:
    with pytest.raises(Conflict, match="zajęta"):
        free_address("kwiatowa", ["kwiatowa"])


@pytest.mark.parametrize(("slug", "other"), [("lipowa-1", "lipowa-11"), ("lipowa-7", "lipowa-9"), ("lipa", "lipka")])
def test_neighbours_of_one_street_are_two(slug: str, other: str) -> None:
    assert free_address(slug, [other]) == slug


@given(st.text(max_size=60))
def test_whatever_is_typed_there_is_an_answer(typed: str) -> None:
    try:
        slug = free_address(typed, ["kwiatowa"])
    except Refused as refusal:
        assert refusal.field == "slug"
    else:
        assert not speaks_for_us(slug)
        assert outline(slug) == outline(slug.replace("-", ""))
