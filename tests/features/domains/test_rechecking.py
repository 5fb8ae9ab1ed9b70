"""Every night the proof of a domain is looked for again: gone for three nights it is told, for two weeks it ends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.core import work
from app.domains import jobs as nightly
from app.domains import rules
from app.domains.rules import Absence
from app.gateways import dns
from tenants.context import bind
from tenants.db import PLATFORM, db
from tests.features.api.asking import work_off
from tests.features.domains.conftest import PASSWORD
from tests.features.domains.nameserver import NameServer
from tests.features.domains.test_domains import activate, claim, claimed, led_to, opens, prove
from tests.features.operators.browser import Browser
from tests.post import Post
from worker import entry, sweeps

NIGHT = date(2026, 3, 1)


def platform(app: Any, statement: str, **values: Any) -> list[Any]:
    with app.app_context(), db.engines[PLATFORM].begin() as connection:
        result = connection.execute(text(statement), values)
        return list(result.all()) if result.returns_rows else []


def run_jobs(app: Any, *names: str) -> None:
    """What a worker does with the platform's waiting jobs of these names."""
    for name in names:
        for row in platform(app, "SELECT id FROM platform.jobs WHERE name = :name AND state = 'waiting'", name=name):
            platform(app, "UPDATE platform.jobs SET run_after = now() WHERE id = :id", id=row.id)
            with app.app_context():
                entry.run(None, row.id)
            done = platform(app, "SELECT state, error FROM platform.jobs WHERE id = :id", id=row.id)
            assert [tuple(one) for one in done] == [("done", None)], name


class Portal:
    """A manager whose domain was proved and is served, and its nights."""

    def __init__(self, app: Any, tenant: Any, console: Browser, names: NameServer) -> None:
        self.app, self.tenant, self.console, self.names = app, tenant, console, names
        self.host = f"portal.{tenant.slug}.example"
        claim(console, tenant.slug, self.host)
        prove(app, names, tenant.slug, self.host)
        assert activate(app, console, tenant.slug, self.host) == 303
        self.night = 0

    def nights(self, count: int) -> None:
        """Nights that pass, one after the other, as the scheduler and the worker have them."""
        for _night in range(count):
            self.look()
            self.night += 1

    def look(self) -> None:
        public_id = claimed(self.app, self.tenant.slug, self.host)[0]
        night = NIGHT + timedelta(days=self.night)
        # what was told earlier was told in these nights, and not on the day on which the test runs
        platform(
            self.app,
            "UPDATE platform.domain_claims SET told_at = missing_since + 2 WHERE public_id = :id AND told_at > :day",
            id=public_id, day=night,
        )  # fmt: skip
        with self.app.app_context():
            nightly.recheck(public_id, night.isoformat())
            work.commit()

    def lose_proof(self) -> None:
        self.names.records.pop(f"_osiedle.{self.host}")

    def served(self) -> bool:
        return bool(opens(self.app, self.host).status_code == 200)

    def letters(self) -> list[str]:
        with self.app.app_context(), bind(self.tenant):
            rows = db.session.execute(text("SELECT letter FROM outbox_items WHERE letter LIKE 'domain_%' ORDER BY id"))
            return [row.letter for row in rows]

    def absence(self) -> tuple[int, str | None]:
        statement = "SELECT missing_nights, outcome FROM platform.domain_claims WHERE host = :host"
        return tuple(platform(self.app, statement, host=self.host)[0])

    def page(self) -> str:
        return str(self.console.get(f"/tenants/{self.tenant.slug}/domains").get_data(as_text=True))


@pytest.fixture
def portal(app: Any, new_tenant: Any, console: Browser, names: NameServer, post: Post) -> Iterator[Portal]:
    platform(app, "DELETE FROM platform.jobs WHERE name IN ('operators.letter', 'domains.night', 'domains.recheck')")
    made = Portal(app, new_tenant(admin_password=PASSWORD), console, names)
    yield made
    platform(app, "DELETE FROM platform.jobs WHERE name IN ('operators.letter', 'domains.night', 'domains.recheck')")
    platform(app, "DELETE FROM platform.domains WHERE host = :host", host=made.host)


def test_a_domain_whose_proof_is_there_stays(portal: Portal) -> None:
    portal.nights(20)
    assert portal.served()
    assert (portal.letters(), portal.absence()) == ([], (0, "proved"))


def test_after_three_nights_everybody_is_told_once_and_after_two_weeks_it_ends(
    app: Any, portal: Portal, post: Post
) -> None:
    portal.lose_proof()
    portal.nights(2)
    assert (portal.letters(), portal.served()) == ([], True)
    portal.nights(1)
    assert portal.letters() == ["domain_missing"]
    run_jobs(app, "operators.letter")
    mine = [one for one in post.messages if portal.host in str(one[1].get_body(("plain",)).get_content())]
    assert mine and {one[1]["Subject"] for one in mine} == {"Domena zarządcy bez dowodu"}
    assert "działa, dowód zniknął" in portal.page()
    portal.nights(11)
    assert (portal.letters(), portal.served()) == (["domain_missing"], True)
    portal.nights(1)
    assert not portal.served()
    assert opens(app, f"{portal.tenant.slug}.osiedle.test").status_code == 200, "the subdomain is there always"
    assert portal.letters() == ["domain_missing", "domain_ended"]
    assert "wyłączona: brak dowodu" in portal.page()
    log = platform(
        app, "SELECT action FROM platform.audit_entries WHERE subject = :slug AND actor = 'domains' ORDER BY id",
        slug=portal.tenant.slug,
    )  # fmt: skip
    assert [row.action for row in log] == ["domain.proof_missing", "domain.withdrawn"]
    portal.nights(3)
    assert portal.letters() == ["domain_missing", "domain_ended"]


def test_administrators_get_the_letters_and_links_lead_to_the_subdomain_again(
    app: Any, portal: Portal, post: Post
) -> None:
    platform(app, "UPDATE platform.domains SET main = true WHERE host = :host", host=portal.host)
    assert led_to(app, portal.tenant) == f"http://{portal.host}/x"
    portal.lose_proof()
    portal.nights(15)
    assert led_to(app, portal.tenant) == f"http://{portal.tenant.slug}.osiedle.test/x"
    work_off(app, portal.tenant, "outbox.drain")
    got = {str(one["Subject"]): one for one in post.to(f"admin@{portal.tenant.slug}.example")}
    warned = str(got["Własna domena portalu: nie widać dowodu"].get_body(("plain",)).get_content())
    for part in ("01.03.2026", "15.03.2026", f"_osiedle.{portal.host}", f"{portal.tenant.slug}.osiedle.test/admin"):
        assert part in warned, part
    assert "Portal nie działa już pod własną domeną" in got


def test_a_proof_that_comes_back_ends_the_count(portal: Portal) -> None:
    portal.lose_proof()
    portal.nights(5)
    prove(portal.app, portal.names, portal.tenant.slug, portal.host)
    portal.nights(1)
    assert portal.absence() == (0, "proved")
    portal.lose_proof()
    portal.nights(10)
    assert portal.served()
    assert portal.letters() == ["domain_missing", "domain_missing"], "a new absence is told anew"


@pytest.mark.parametrize("trouble", ["broken", "silent"])
def test_trouble_with_the_dns_never_counts(portal: Portal, monkeypatch: pytest.MonkeyPatch, trouble: str) -> None:
    monkeypatch.setattr(dns, "SECONDS", 0.3)
    portal.lose_proof()
    setattr(portal.names, trouble, True)
    portal.nights(2)
    assert portal.absence() == (0, "unanswered")
    portal.night += 30
    setattr(portal.names, trouble, False)
    portal.nights(2)
    setattr(portal.names, trouble, True)
    portal.nights(2)
    assert portal.absence()[0] == 2
    assert (portal.letters(), portal.served()) == ([], True)


def test_a_job_that_runs_twice_in_a_night_counts_once(portal: Portal) -> None:
    portal.lose_proof()
    for _time in range(5):
        portal.look()
    assert portal.absence() == (1, "missing")


def test_the_night_asks_for_every_served_domain(app: Any, portal: Portal) -> None:
    portal.lose_proof()
    sweeps.check_domains(app)
    run_jobs(app, "domains.night", "domains.recheck")
    assert portal.absence() == (1, "missing")


def test_a_withdrawn_domain_is_switched_on_again_when_its_proof_is_back(app: Any, portal: Portal) -> None:
    portal.lose_proof()
    portal.nights(15)
    assert activate(app, portal.console, portal.tenant.slug, portal.host) == 422
    assert not portal.served()
    prove(app, portal.names, portal.tenant.slug, portal.host)
    assert activate(app, portal.console, portal.tenant.slug, portal.host) == 303
    assert portal.served()
    assert portal.absence()[0] == 0


def test_operators_see_where_a_host_leads(portal: Portal) -> None:
    names, base = portal.names, "osiedle.test"
    for hosts, said in (
        ({}, "donikąd"),
        ({base: "192.0.2.1", portal.host: "192.0.2.7"}, "pod inny adres"),
        ({base: "192.0.2.1", portal.host: "192.0.2.1"}, None),
    ):
        names.hosts = hosts
        portal.nights(1)
        page = portal.page()
        assert ("Dokąd prowadzi" in page) is (said is not None)
        assert said is None or said in page
    assert portal.served()


def test_an_administrator_reads_until_when_it_works(app: Any, portal: Portal) -> None:
    portal.lose_proof()
    portal.nights(3)
    admin = Browser(app, f"{portal.tenant.slug}.osiedle.test", "10.9.201.1")
    admin.get("/login")
    assert admin.post("/login", login="admin", password=PASSWORD).status_code == 303
    page = admin.get("/admin/address").get_data(as_text=True)
    assert "15.03.2026" in page
    assert f"_osiedle.{portal.host}" in page


def test_nobody_is_cut_off_without_having_been_told_long_before() -> None:
    absence = Absence(3, NIGHT, NIGHT + timedelta(days=40))
    assert rules.must_tell(absence, None)
    assert not rules.must_end(absence, None, NIGHT + timedelta(days=40))
    assert not rules.must_end(absence, NIGHT + timedelta(days=35), NIGHT + timedelta(days=40))
    assert rules.must_end(absence, NIGHT + timedelta(days=29), NIGHT + timedelta(days=40))
