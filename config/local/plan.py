"""What `./run` starts, in which order and with which environment."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from config.local import processes, state
from config.local.ports import loopback_addresses
from config.local.servers import Servers

ROOT = Path(__file__).resolve().parents[2]
FLASK = ("-m", "flask")


class Refused(Exception):
    """`./run` cannot go on; the text says why in a sentence."""


@dataclass(frozen=True, slots=True)
class Command:
    """Arguments to our Python; `patience` is how many seconds it may take to stop."""

    name: str
    words: tuple[str, ...]
    patience: float = 5


# A manager that cannot be migrated says so and waits; the others are served.
MIGRATION = ("platform", "upgrade", ",", "-tenants", "migrate")
DEMO_DATA = ("demo", "load", "--if-missing")
# The double knows no price until it is told, and managers could not subscribe.
PRICE_LIST = ("-billing", "sync")
WEB = Command("web", ("-m", "gunicorn", "-c", "config/gunicorn.py", "wsgi:app"))
WORKERS = (
    # The scheduler beside the workers: the product is in memory once.
    Command("worker", (*FLASK, "worker", "--with-scheduler"), patience=8),
)
SINK = Command("mail sink", ("-m", "config.local.mail_sink", "{mail_port}", "{var}/mail"), patience=2)


# Only with STRIPE=fake. What it holds is kept in `var`, for our tables name it.
STRIPE = Command("stripe double", ("-m", "tests.stripe_double", "{stripe_port}", "{var}/stripe.json"), patience=3)


@dataclass(slots=True)
class Plan:
    """One run: where, on which port, with which environment for the children."""

    root: Path
    var: Path
    port: int
    production: bool
    mark: str
    addresses: list[str]
    mail_port: int
    environment: dict[str, str] = field(repr=False)
    stripe_port: int = 0

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """The plan for this environment. Raises `Refused`."""
        production = environ.get("OSIEDLE_ENV", "development") == "production"
        missing = [name for name in ("DATABASE_URL", "REDIS_URL") if not environ.get(name)]
        if production and missing:
            raise Refused(f"OSIEDLE_ENV=production does not run on the embedded servers; set {' and '.join(missing)}.")
        port = _port(environ.get("PORT") or "8000")
        var = _var(Path(environ.get("OSIEDLE_VAR") or ROOT / "var"))
        kept = state.load_secrets(var)
        addresses = loopback_addresses()
        mail_port = 0 if production or environ.get("MAIL_URL") else processes.free_port()
        defaults = {
            "OSIEDLE_ENV": "development",
            "BASE_DOMAIN": f"localhost:{port}",
            "BIND": ",".join(f"{f'[{host}]' if ':' in host else host}:{port}" for host in addresses),
        }
        if not production:
            defaults |= {name: kept[name] for name in ("SECRET_KEY", "ENCRYPTION_KEYS")}
        if mail_port:
            defaults["MAIL_URL"] = f"smtp://127.0.0.1:{mail_port}"
        stripe_port = _stripe_port(environ, production)
        if stripe_port:
            defaults["STRIPE_API_BASE"] = f"http://127.0.0.1:{stripe_port}"
            defaults |= {"STRIPE_API_KEY": "sk_test_double", "STRIPE_WEBHOOK_SECRET": "whsec_double"}
        mark = f"{var}:{kept['MARK']}"
        given = {name: value for name, value in environ.items() if value}
        fixed = {"PORT": str(port), "OSIEDLE_VAR": str(var), processes.MARK: mark}
        return cls(ROOT, var, port, production, mark, addresses, mail_port, defaults | given | fixed, stripe_port)

    def embeds(self, name: str) -> bool:
        """Whether the server behind DATABASE_URL or REDIS_URL is ours to start."""
        return not self.environment.get(name)

    def connect(self, running: Servers) -> None:
        """Give the children the addresses of the embedded servers."""
        urls = {"DATABASE_URL": running.database_url, "REDIS_URL": running.redis_url}
        self.environment |= {name: url for name, url in urls.items() if url}

    def preparation(self) -> Command:
        """What must be done before the first page: in one process, for importing the product takes longer."""
        steps: tuple[str, ...] = MIGRATION if self.production else (*MIGRATION, ",", *DEMO_DATA)
        steps += (",", *PRICE_LIST) if self.stripe_port else ()
        return Command("preparation", ("-m", "config.local.steps", *steps))

    def words(self, command: Command) -> list[str]:
        """The command line of a command."""
        return [
            sys.executable,
            *(
                word.format(mail_port=self.mail_port, stripe_port=self.stripe_port, var=self.var)
                for word in command.words
            ),
        ]

    def state(self) -> dict[str, Any]:
        """What other programs may know. In production they have settings of their own."""
        if self.production:
            return {"PORT": str(self.port)}
        return {name: self.environment[name] for name in state.SETTINGS if name in self.environment}


def _stripe_port(environ: Mapping[str, str], production: bool) -> int:
    """Where the double of Stripe listens; 0 without one."""
    wanted = environ.get("STRIPE") or ""
    if wanted not in ("", "fake"):
        raise Refused(f"STRIPE is “{wanted}”; it may be “fake”. For the real Stripe set STRIPE_API_KEY.")
    if wanted and (production or environ.get("STRIPE_API_KEY")):
        raise Refused("STRIPE=fake is for development, without OSIEDLE_ENV=production and STRIPE_API_KEY.")
    return processes.free_port() if wanted else 0


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Refused(f"PORT is “{text}”; it must be a number from 1 to 65535.")
    return int(text)


def _var(path: Path) -> Path:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"{path} cannot be made: {error.strerror}.") from None
    if not os.access(path, os.W_OK | os.X_OK) or path.stat().st_uid != os.geteuid():
        raise Refused(f"{path} belongs to another user; run as that user, or set OSIEDLE_VAR.")
    return path.resolve()
