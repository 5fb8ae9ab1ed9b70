"""What a login and a password may be."""

from __future__ import annotations

import time
import unicodedata

import pytest
from argon2 import PasswordHasher

from app.accounts import rules
from app.core.actor import GRANTS, Actor, Role, system
from app.core.errors import Refused


def allowed(password: str) -> str:
    return rules.checked_password(password, login="L000123", tenant_name="Spółdzielnia Słoneczna")


@pytest.mark.parametrize("typed", ["L000123", " l000123\t", "Ｌ000123".replace("Ｌ", "L")])
def test_letter_case_and_white_space_at_the_ends_make_no_other_login(typed: str) -> None:
    assert rules.checked_login(typed)[1] == "l000123"


def test_leading_zeros_make_another_login() -> None:
    assert rules.normal_form("L000123") != rules.normal_form("L123")


def test_a_login_is_the_same_composed_and_decomposed() -> None:
    composed = "Żółć"
    assert rules.normal_form(unicodedata.normalize("NFD", composed)) == rules.normal_form(composed)


@pytest.mark.parametrize("typed", ["", "x", "a\0b", "ab\u202ecd", "\u200bab", "jаn", "L" * 65, "x" * 10**6, "\ud800ab"])
def test_a_login_that_would_deceive_or_never_fit_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Refused) as refusal:
        rules.checked_login(typed)
    assert refusal.value.field == "login"


@pytest.mark.parametrize(
    "password",
    [
        "dziesiec10",
        "kot na dachu śpi",
        "😀🏠🌳🚲🐈 i my",
        "Ab1-" * 32,
        "' OR 1=1 --",
        "<b>&amp;</b>",
        "tab\tnul\0koniec",
    ],
)
def test_any_characters_make_a_password_and_are_kept_as_typed(password: str) -> None:
    assert allowed(password) == password
    assert rules.matches(password, rules.hashed(password))


@pytest.mark.parametrize("password", ["", "osiemzna", "x" * 129, "ą" * 129])
def test_a_password_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(Refused):
        allowed(password)


@pytest.mark.parametrize(
    "password",
    [
        "1234567890", "qwertyuiop", "Hasło12345", "P@ssw0rd2026", "Warszawa2026!", "aaaaaaaaaaaa", "abcdefghijkl",
        "9876543210", "Polska!!!!", "kochampolskę",
    ],
)  # fmt: skip
def test_a_password_that_everybody_tries_first_is_refused(password: str) -> None:
    with pytest.raises(Refused, match="łatwe"):
        allowed(password)


@pytest.mark.parametrize("password", ["spółdzielnia słoneczna", "SPÓŁDZIELNIA SŁONECZNA"])
def test_the_name_of_the_manager_is_no_password(password: str) -> None:
    with pytest.raises(Refused, match="nazwa"):
        allowed(password)


def test_a_password_equal_to_the_login_is_refused() -> None:
    with pytest.raises(Refused):
        rules.checked_password("gwiazdzista-14", login="Gwiazdzista-14", tenant_name="x")


def test_a_password_of_72_equal_bytes_is_told_from_a_longer_one() -> None:
    assert not rules.matches("Ab1-" * 18 + "koniec", rules.hashed("Ab1-" * 18))


def test_a_megabyte_of_password_is_refused_within_a_tenth_of_a_second() -> None:
    for huge in ("x" * 2**20, "a\u0301" * 2**19):
        started = time.perf_counter()
        with pytest.raises(Refused):
            allowed(huge)
        assert rules.password_form(huge) is None
        assert time.perf_counter() - started < 0.1


def test_a_password_is_the_same_composed_and_decomposed() -> None:
    decomposed = unicodedata.normalize("NFD", "zażółć gęślą")
    assert rules.matches(allowed(decomposed), rules.hashed(allowed("zażółć gęślą")))


def test_hashes_are_argon2id_of_19_mib_and_others_are_outdated() -> None:
    assert rules.hashed("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not rules.outdated(rules.hashed("x"))
    assert rules.outdated(PasswordHasher(time_cost=1, memory_cost=8192).hash("x"))


def test_nothing_matches_an_account_without_a_password() -> None:
    assert not rules.matches("a password that nobody has", None)


def test_nobody_gives_a_role_that_may_do_more_than_they() -> None:
    clerk = Actor(kind="account", login="c", role=Role.CLERK, can=GRANTS[Role.CLERK])
    assert rules.checked_role(clerk, "resident") is Role.RESIDENT
    for role in ("admin", "accountant", "boss"):
        with pytest.raises(Refused):
            rules.checked_role(clerk, role)
    assert rules.checked_role(system("cli"), "admin") is Role.ADMIN


@pytest.mark.parametrize(
    "typed",
    ["//e.example", "/\\e.example", "https:e.example", "https://e.example", "\t//e", "/\t/e", "javascript:x", "", None,
     "/a b", "a", "/\u2028x", "@e.example"],
)  # fmt: skip
def test_only_a_path_of_this_host_is_gone_to_after_login(typed: str | None) -> None:
    assert rules.own_path(typed) is None


def test_a_path_of_this_host_is_kept_with_its_query() -> None:
    assert rules.own_path("/payments?unit=L001&x=%2F") == "/payments?unit=L001&x=%2F"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("?", "unknown"),
    ],
)
def test_one_subscriber_is_counted_as_one(address: str, counted: str) -> None:
    assert rules.network(address) == counted
