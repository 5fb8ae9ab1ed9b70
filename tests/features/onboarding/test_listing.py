"""Who is found by name: operators' managers at once, those that came by themselves after a yes to that very name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from app.core import work
from app.core.actor import Actor, Role, rights
from app.office import commands as office
from app.onboarding.site import names
from tenants.context import bind
from tests.features.onboarding.conftest import platform
from tests.features.operators.browser import Browser, operator

PASSWORD = "Gawron-nad-Odrą-7"
CHIEF = Actor(kind="account", login="szefowa", role=Role.ADMIN, can=rights(Role.ADMIN))
_numbers = count(1)


@pytest.fixture
def console(app: Any) -> Browser:
    number = next(_numbers)
    return operator(app, f"lista{number}@example.com", f"10.11.{number}.1")


class Manager:
    """A manager that came by itself, with its administrator's browser."""

    def __init__(self, app: Any, tenant: Any) -> None:
        self.app, self.tenant, self.slug = app, tenant, tenant.slug
        self.office = Browser(app, f"{tenant.slug}.osiedle.test", f"10.11.200.{next(_numbers)}")
        self.office.get("/login")
        assert self.office.post("/login", login="admin", password=PASSWORD).status_code == 303

    def wants(self, word: str = "yes") -> None:
        self.office.get("/admin/setup")
        assert self.office.post("/admin/setup/listing", listed=word).status_code == 303

    def guide(self) -> str:
        return str(self.office.get("/admin/setup").get_data(as_text=True))

    def rename(self, **fields: str) -> None:
        with self.app.app_context(), bind(self.tenant):
            office.update_profile(CHIEF, **fields)
            work.commit()
            office.copy_contact()


def found(app: Any, asked: str) -> str:
    visitor = Browser(app, "osiedle.test", f"10.12.{next(_numbers)}.1")
    return str(visitor.get(f"/find?q={asked}").get_data(as_text=True))


@pytest.fixture
def came(app: Any, context: Any, new_tenant: Callable[..., Any]) -> Iterator[Callable[..., Manager]]:
    """Managers as trials leave them: a confirmed request stands behind each."""
    slugs: list[str] = []

    def make(name: str) -> Manager:
        made = new_tenant(name=name, admin_password=PASSWORD)
        slugs.append(made.slug)
        platform(
            "WITH o AS (INSERT INTO platform.openings (slug, name, kind, admin_email, ordered_by, state) "
            "VALUES (:slug, :name, 'cooperative', 'x@y.example', 'trial', 'done') RETURNING id) "
            "INSERT INTO platform.trials (public_id, form_key, slug, name, kind, email, expires_at, confirmed_at, "
            "opening_id) SELECT :slug, :slug, :slug, :name, 'cooperative', 'x@y.example', now(), now(), id FROM o",
            slug=made.slug, name=name,
        )  # fmt: skip
        return Manager(app, made)

    yield make
    for slug in slugs:
        platform("DELETE FROM platform.trials WHERE slug = :slug", slug=slug)


def decide(console: Browser, slug: str, step: str, **fields: str) -> Any:
    page = console.get(f"/listings/{slug}").get_data(as_text=True)
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    return console.post(f"/listings/{slug}/{step}", **({"seen": seen} | fields))


def test_a_manager_that_came_by_itself_is_found_after_an_operators_yes(app: Any, came: Any, console: Browser) -> None:
    one = came("SM Słonecznikowo Górne")
    assert one.slug not in found(app, "slonecznikowo"), "it has not asked"
    one.wants()
    assert "czeka na potwierdzenie operatora" in one.guide()
    assert one.slug not in found(app, "slonecznikowo"), "anybody could have ordered this name"
    listed = console.get("/listings").get_data(as_text=True)
    assert "SM Słonecznikowo Górne" in listed
    assert one.slug in console.get(f"/tenants/{one.slug}").get_data(as_text=True)
    assert decide(console, one.slug, "approve").status_code == 303
    assert one.slug in found(app, "slonecznikowo")
    assert "widoczny" in one.guide()
    log = platform("SELECT actor_kind FROM platform.audit_entries WHERE action = 'listing.approved' AND subject = :s",
                   s=one.slug)  # fmt: skip
    assert [row.actor_kind for row in log] == ["operator"]
    one.wants("no")
    assert one.slug not in found(app, "slonecznikowo")
    one.wants()
    assert one.slug in found(app, "slonecznikowo"), "one yes is enough for one name"


@pytest.mark.parametrize("field", [{"name": "Spółdzielnia Nadodrze Cudza"}, {"city_line": "67-200 Cudzów"}])
def test_a_new_name_or_place_asks_again(app: Any, came: Any, console: Browser, field: dict[str, str]) -> None:
    one = came("Wspólnota Przemianowo")
    one.wants()
    decide(console, one.slug, "approve")
    assert one.slug in found(app, "przemianowo")
    one.rename(**field)
    asked = next(iter(field.values())).split()[-1].lower()
    assert one.slug not in found(app, asked)
    assert one.slug not in found(app, "przemianowo")
    assert "czeka na potwierdzenie operatora" in one.guide()
    decide(console, one.slug, "approve")
    assert one.slug in found(app, asked)


def test_a_yes_is_for_the_name_that_was_read(app: Any, came: Any, console: Browser) -> None:
    one = came("Wspólnota Podmienianka")
    one.wants()
    seen = console.get(f"/listings/{one.slug}").get_data(as_text=True).partition('name="seen" value="')[2][:16]
    one.rename(name="Spółdzielnia Podstawiona")
    assert console.post(f"/listings/{one.slug}/approve", seen=seen).status_code == 409
    assert one.slug not in found(app, "podstawiona")
    assert console.post(f"/listings/{one.slug}/approve", seen="x" * 10_000).status_code == 409


def test_a_refusal_has_a_reason_that_the_manager_reads(app: Any, came: Any, console: Browser) -> None:
    one = came("SM Odmowne")
    one.wants()
    assert decide(console, one.slug, "refuse").status_code == 422
    assert decide(console, one.slug, "refuse", reason="x" * 10_000).status_code == 422
    assert decide(console, one.slug, "refuse", reason="To nazwa innej spółdzielni").status_code == 303
    assert "To nazwa innej spółdzielni" in one.guide()
    assert one.slug not in found(app, "odmowne")
    one.wants("no")
    one.wants()
    assert "operator odmówił" in one.guide(), "asking again does not wear operators down"
    one.rename(name="SM Odmowne Poprawione")
    assert "czeka na potwierdzenie" in one.guide()


def test_who_was_listed_before_anybody_was_asked_stays_until_renamed(app: Any, came: Any) -> None:
    one = came("SM Dawnowpisane")
    platform("INSERT INTO platform.listings (tenant_id, listed) VALUES (:id, true)", id=one.tenant.id)
    assert one.slug in found(app, "dawnowpisane")
    one.rename(name="SM Dawnowpisane Inaczej")
    assert one.slug not in found(app, "dawnowpisane")


def test_who_hid_before_anybody_was_asked_is_asked_for(app: Any, came: Any) -> None:
    one = came("SM Dawnoukryte")
    platform("INSERT INTO platform.listings (tenant_id, listed) VALUES (:id, false)", id=one.tenant.id)
    one.wants()
    assert one.slug not in found(app, "dawnoukryte")


def test_operators_managers_need_no_yes_also_after_a_new_name(
    app: Any, new_tenant: Callable[..., Any], console: Browser
) -> None:
    made = new_tenant(name="SM Założona Ręcznie", admin_password=PASSWORD)
    one = Manager(app, made)
    assert one.slug in found(app, "zalozona+recznie")
    one.rename(name="SM Założona Inaczej")
    assert one.slug in found(app, "zalozona+inaczej")
    assert console.get(f"/listings/{one.slug}").status_code == 404
    assert console.post(f"/listings/{one.slug}/approve", seen="x").status_code == 404


def test_only_operators_decide(app: Any, came: Any, console: Browser) -> None:
    one = came("SM Samozwańcza")
    one.wants()
    for host in (f"{one.slug}.osiedle.test", "osiedle.test"):
        stranger = Browser(app, host, "10.13.1.1")
        assert stranger.get("/listings").status_code == 404
        assert stranger.post(f"/listings/{one.slug}/approve", seen="x").status_code in (400, 404)
    assert one.office.get("/listings").status_code == 404
    assert one.slug not in found(app, "samozwancza")


def test_names_that_imitate_are_shown_to_the_operator(app: Any, came: Any, console: Browser) -> None:
    real = came("Spółdzielnia Mieszkaniowa „Kalinowszczyzna”")
    fake = came("SM Kalinowszczyzma")
    fake.wants()
    page = console.get(f"/listings/{fake.slug}").get_data(as_text=True)
    assert f"/tenants/{real.slug}" in page
    fake.rename(name="SM Каlinowszczyzna")  # the first two letters are Cyrillic
    page = console.get(f"/listings/{fake.slug}").get_data(as_text=True)
    assert f"/tenants/{real.slug}" in page
    assert "obce litery" in page


def test_a_manager_is_found_in_spite_of_marks_slips_and_acronyms(
    app: Any, context: Any, new_tenant: Callable[..., Any]
) -> None:
    made = new_tenant(name="Młodzieżowa Spółdzielnia Mieszkaniowa Żółwiowisko")
    platform(
        "UPDATE platform.tenants SET contact = contact || jsonb_build_object('city_line', '87-100 Grębocin') "
        "WHERE id = :id",
        id=made.id,
    )
    for asked in (
        "Żółwiowisko", "zolwiowisko", "sm żółwiowisko", "żółwoiwisko", "żółwowisko", "zolwiowisk", "SM zółwiovisko",
        "spółdzielnia mieszkaniowa żółwiowisko", "spółdzielni żółwiowisko grębocin", "msm żółwiowisko",
    ):  # fmt: skip
        assert f"{made.slug}.osiedle.test" in found(app, asked), asked
    assert f"{made.slug}.osiedle.test" not in found(app, "wm żółwiowisko")


def test_an_acronym_finds_the_words_and_the_words_an_acronym() -> None:
    assert names.asked_for(["sm", "zorz"], "Spółdzielnia Mieszkaniowa Zorza", None, slips=False)
    assert names.asked_for(["spoldzieln", "zorz"], "SM Zorza", None, slips=False)
    assert names.asked_for(["wm"], "Wspólnota Mieszkaniowa Lipowa 5", None, slips=False)
    assert not names.asked_for(["wm", "zorz"], "Spółdzielnia Mieszkaniowa Zorza", None, slips=True)
    assert not names.asked_for(["zorzx"], "Spółdzielnia Mieszkaniowa Dom", None, slips=True)


@pytest.mark.parametrize(
    ("name", "other", "alike"),
    [
        ("SM Słoneczna", "Spółdzielnia Mieszkaniowa „Słoneczna” w Głogowie", True),
        ("Spółdzielnia Mieszkaniowa Sloneczma", "SM Słoneczna", True),
        ("SM Nadodrze", "SM Słoneczna", False),
        ("Wspólnota Mieszkaniowa Lipowa 1", "Wspólnota Mieszkaniowa Lipowa 11", False),
        ("Spółdzielnia Mieszkaniowa", "SM", False),
    ],
)
def test_which_names_could_be_taken_for_each_other(name: str, other: str, alike: bool) -> None:
    assert names.imitates(name, other) is alike


def test_of_very_many_the_first_are_shown(app: Any, context: Any) -> None:
    platform(
        "INSERT INTO platform.tenants (slug, name, kind, schema, revision, status) SELECT 'mrowkowo' || n, "
        "'Wspólnota Mrówkowo ' || n, 'association', 'mrowkowo_' || n, '0000', 'active' FROM generate_series(1, 300) n"
    )
    try:
        page = found(app, "mrówkowo")
        assert page.count('class="card hit"') == 20
        assert "Pokazujemy pierwsze wyniki" in page
        assert found(app, "mrowkovo+299").count('class="card hit"') == 1
    finally:
        platform("DELETE FROM platform.tenants WHERE slug LIKE 'mrowkowo%'")
