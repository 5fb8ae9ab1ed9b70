"""The world of the tests: real PostgreSQL and Valkey of their own for each process, real tenants, a real SMTP server.

Nothing here touches the servers of `./run`. Tests make the tenants that they change; the standing town
(`town`) is only read.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from config import settings as config
from config.local import servers as local
from config.settings import Settings
from tests.browsing import Browser
from tests.leaving import Leaving
from tests.post import Post

if TYPE_CHECKING:
    from tests.stripe_double import Double
    from tests.town import Town

_numbers = count(1)
# How long an example took says more of the machine than of the code; what is slow is told by --durations.
hypothesis.settings.register_profile("osiedle", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("osiedle")


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[local.Servers]:
    """PostgreSQL and Valkey of this test process."""
    directory = tmp_path_factory.mktemp("servers")
    with local.start(directory, durable=False) as running:
        yield running
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def post() -> Iterator[Post]:
    """An SMTP server that keeps what it is sent, and refuses what a test wants refused."""
    with Post() as running:
        yield running


@pytest.fixture(scope="session")
def environ(servers: local.Servers, post: Post, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of every process of this world."""
    var = tmp_path_factory.mktemp("var")
    return {
        "PATH": os.environ.get("PATH", ""),
        "OSIEDLE_ENV": "development",
        "OSIEDLE_VAR": str(var),
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
        "SECRET_KEY": "tests-only-secret-key-of-forty-characters",
        "ENCRYPTION_KEYS": "tests-only",
        "MAIL_URL": post.url,
        "BASE_DOMAIN": "osiedle.test",
    }


@pytest.fixture(scope="session")
def settings(environ: dict[str, str]) -> Settings:
    return config.load(environ)


@pytest.fixture(scope="session")
def app(settings: Settings) -> Iterator[Any]:
    """The application on a database that `flask platform upgrade` would have made."""
    from app.core import work
    from app.factory import create_app
    from app.fleet import workforce
    from tenants import platform, roles
    from worker import cli, enqueue, roster

    passwords = {
        login: config.login_password(login, settings.secret_key) for login in (roles.APP_LOGIN, roles.PLATFORM_LOGIN)
    }
    platform.upgrade(settings.database_url, config.libpq_url(settings.database_url), passwords)
    made = create_app(settings)
    work.install_bell(enqueue.bell)
    workforce.install(roster.look)
    cli.register(made)
    yield made


@pytest.fixture
def context(app: Any) -> Iterator[Any]:
    """An application context, for tests that call commands and queries."""
    with app.app_context():
        yield app


@pytest.fixture
def tenant(new_tenant: Callable[..., Any]) -> Any:
    """A new manager of this test's own, with no data but its first admin."""
    return new_tenant()


@pytest.fixture(scope="session")
def leaving(settings: Settings) -> Leaving:
    return Leaving(settings.database_url)


@pytest.fixture
def new_tenant(app: Any, leaving: Leaving) -> Iterator[Callable[..., Any]]:
    """Makes more managers; keyword arguments as `open_manager`'s. They are gone soon after the test."""
    made: list[Any] = []

    def make(**values: Any) -> Any:
        made.append(_new_tenant(app, **values))
        return made[-1]

    leaving.settle()
    yield make
    leaving.add(made)


@pytest.fixture(scope="session")
def town(app: Any, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Two managers with books, accounts and mail, and everybody who comes in the tests. Read only."""
    from tests.town import Town

    return Town.build(app, tmp_path_factory.mktemp("town"))


@pytest.fixture
def client(app: Any) -> Callable[[str], Browser]:
    """`client("alfa")` is a browser on that manager's host; `client("")` and `client("console")` on the other sites."""
    return lambda slug: Browser.on(app, slug)


@pytest.fixture
def flask_command(environ: dict[str, str]) -> Callable[..., Any]:
    """Runs the real `flask …` in a process of its own; returns the finished process."""
    root = Path(__file__).resolve().parent.parent

    def run(*words: str, stdin: str = "", check: bool = False) -> Any:
        return subprocess.run(
            [str(Path(sys.executable).parent / "flask"), *words],
            cwd=root, env=environ, input=stdin, capture_output=True, text=True, timeout=120, check=check,
        )  # fmt: skip

    return run


@pytest.fixture
def stripe_double(app: Any, settings: Settings) -> Iterator[Double]:
    """A double of Stripe, which this process takes for the real one as long as the test lasts."""
    from app.core import runtime
    from tests.stripe_double import Double

    with Double() as double:
        known = {"stripe_api_key": double.key, "stripe_api_base": double.url, "stripe_webhook_secret": double.secret}
        runtime.install(replace(settings, **known))
        yield double
    runtime.install(settings)


@pytest.fixture
def stripe_posts(client: Callable[[str], Browser]) -> Callable[[bytes, str], int]:
    """Takes an event to our webhook, for `stripe_double.deliver(stripe_posts)`; answers the status."""

    def post_it(payload: bytes, header: str) -> int:
        headers = {"Stripe-Signature": header, "Content-Type": "application/json; charset=utf-8"}
        return int(client("console").post("/stripe/webhook", data=payload, headers=headers).status_code)

    return post_it


@pytest.fixture
def idle(app: Any, settings: Settings) -> None:
    """Nothing waits for a worker: what the tests before left behind would be done first, by the thousand."""
    import psycopg
    from psycopg import sql

    from worker import queues

    tables = "SELECT schemaname FROM pg_tables WHERE tablename = 'jobs'"
    with psycopg.connect(config.libpq_url(settings.database_url), autocommit=True) as connection:
        for (schema,) in connection.execute(tables).fetchall():
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(schema, "jobs")))
    queues.connection().flushall()


@pytest.fixture
def quiet_night(app: Any, settings: Settings, idle: None) -> Iterator[None]:
    """As `idle`, and a scheduler finds nothing to do but for the managers of this test: the others are suspended
    meanwhile, and what is due at night has been done."""
    import psycopg

    from app.core.clock import now
    from worker import schedules

    with app.app_context():
        for entry in schedules.NIGHTLY:
            schedules.claim_night(entry.name, schedules.last_due(entry.at, now()))
    with psycopg.connect(config.libpq_url(settings.database_url), autocommit=True) as connection:
        served = "UPDATE platform.tenants SET status = 'suspended' WHERE status = 'active' RETURNING id"
        others = [row[0] for row in connection.execute(served).fetchall()]
        yield
        connection.execute("UPDATE platform.tenants SET status = 'active' WHERE id = ANY(%s)", (others,))


def _new_tenant(app: Any, **values: Any) -> Any:
    from app.core.actor import system
    from app.onboarding.commands import open_manager

    slug = values.pop("slug", None) or f"t{os.getpid() % 10000}x{next(_numbers)}"
    values = {"name": f"Spółdzielnia {slug}", "kind": "cooperative", "admin_email": f"admin@{slug}.example"} | values
    with app.app_context():
        open_manager(system("tests"), slug=slug, **values)
        return app.extensions["tenants"].by_slug(slug)
