"""The whole product as `./run` starts it, on data of its own, and a real browser in front of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from config.local.processes import free_port
from config.settings import DEMO_PASSWORD
from tests.browser_setup import chromium
from tests.factories import packages

ROOT = Path(__file__).resolve().parents[2]
START = "Startowe-Haslo-1"  # what the office hands out
PATIENCE = 20_000  # milliseconds that a page may take while everything else is busy


@cache
def _mail(file: Path) -> EmailMessage:
    """A mail that was taken; it stays as it is, and there are hundreds."""
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@dataclass(frozen=True)
class Product:
    """A running `./run`."""

    port: int
    var: Path
    environ: dict[str, str]

    def site(self, slug: str = "", path: str = "/") -> str:
        return f"http://{slug + '.' if slug else ''}localhost:{self.port}{path}"

    def mails(self) -> list[EmailMessage]:
        """Everything that the local mail sink has taken."""
        return [_mail(file) for file in sorted((self.var / "mail" / "new").glob("*"))]

    def letter(self, to: str, subject: str = "") -> str:
        """The text of the newest mail to this address, waited for; with `subject` in its subject."""
        return self._waited(
            lambda: [
                str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
                for mail in self.mails()
                if to in str(mail["To"]) and subject in str(mail["Subject"])
            ],
            f"no letter to {to} about {subject}",
        )

    def text_message(self, to: str) -> str:
        """The newest text message to this number, waited for."""
        return self._waited(
            lambda: [
                message["text"]
                for message in sorted(
                    (json.loads(file.read_text()) for file in (self.var / "sms").glob("*.json")),
                    key=lambda message: message["at"],
                )
                if message["to"] == to
            ],
            f"no text message to {to}",
        )

    @staticmethod
    def _waited(found: Callable[[], list[str]], failure: str) -> str:
        for _round in range(80):
            messages = found()
            if messages:
                return messages[-1]
            time.sleep(0.25)
        raise AssertionError(failure)

    def flask(self, *words: str, stdin: str = "") -> Any:
        """`flask … --json` beside the running product."""
        done = subprocess.run(
            [str(Path(sys.executable).parent / "flask"), *words],
            cwd=ROOT, env=self.environ, input=stdin, capture_output=True, text=True, timeout=180,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if "--json" in words else done.stdout


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """`./run` on a fresh `var`, ready when it says so."""
    var, port = tmp_path_factory.mktemp("run"), free_port()
    environ = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": os.environ.get("HOME", "/tmp"),
        "OSIEDLE_VAR": str(var),
        "PORT": str(port),
        "BASE_DOMAIN": f"localhost:{port}",
        "STRIPE": "fake",
    }
    log = (var / "journeys.log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "config.local.supervisor"], cwd=ROOT, env=environ, stdout=log, stderr=log
    )
    try:
        _wait_until_ready(f"http://localhost:{port}/readyz", process, var)
        yield Product(port, var, environ)
    finally:
        process.terminate()
        process.wait(60)
        log.close()
    shutil.rmtree(var, ignore_errors=True)


def _wait_until_ready(address: str, process: subprocess.Popen[bytes], var: Path) -> None:
    for _half_second in range(600):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.5)
    raise AssertionError("./run did not become ready:\n" + (var / "journeys.log").read_text()[-3000:])


@pytest.fixture(scope="session")
def osada(product: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The slug of a small manager of the journeys' own: L1 of Łucja (P1), L2 of a firm; administrator `admin`."""
    product.flask(
        "tenants", "create", "osada", "--name", "Spółdzielnia Mieszkaniowa „Osada”", "--kind", "cooperative",
        "--admin-email", "biuro@osada.example", "--admin-password-stdin", stdin=DEMO_PASSWORD,
    )  # fmt: skip
    book = packages.workbook(tmp_path_factory.mktemp("osada") / "ksiegi.xlsx", packages.small())
    product.flask("imports", "run", "osada", str(book), "--json")
    return "osada"


@pytest.fixture(scope="session")
def gaj(product: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The slug of a manager of two houses, for what is told and answered: in B1 Łucja (login LUCJA) and a firm without
    an address, in B2 Celina (CELINA), and Wiktor and Roman without accounts. Staff: `admin` and the clerk `hanna`."""
    product.flask(
        "tenants", "create", "gaj", "--name", "Spółdzielnia Mieszkaniowa „Gaj”", "--kind", "cooperative",
        "--admin-email", "biuro@gaj.example", "--admin-password-stdin", stdin=DEMO_PASSWORD,
    )  # fmt: skip
    book = packages.workbook(tmp_path_factory.mktemp("gaj") / "ksiegi.xlsx", two_houses())
    product.flask("imports", "run", "gaj", str(book), "--json")
    for login, *words in (
        ("LUCJA", "--unit", "L1", "--person", "P1", "--email", "lucja@gaj.example"),
        ("CELINA", "--unit", "L3", "--person", "P3", "--email", "celina@gaj.example"),
        ("hanna", "--role", "clerk", "--email", "hanna@gaj.example"),
    ):
        product.flask("accounts", "create", "gaj", login, *words, "--password-stdin", stdin=DEMO_PASSWORD)
    return "gaj"


def two_houses() -> dict[str, Any]:
    """The small package with a second house, of owners only."""
    tables: dict[str, Any] = packages.small()
    tables["people"][0][4] = "lucja@gaj.example"
    tables["buildings"].append(["B2", "Lipowa 7", "Lipowa", "7", "67-200", "Głogów"])
    for number, first, last in ((3, "Celina", "Wąs"), (4, "Wiktor", "Zając"), (5, "Roman", "Kłos")):
        unit, person, email = f"L{number}", f"P{number}", f"{first.lower()}@gaj.example"
        tables["units"].append([unit, "B2", "A", str(number), "1", Decimal("50.00"), None, 1, "własność", None, None])
        tables["people"].append(
            [person, first, last, None, email, None, "Lipowa", f"7/{number}", "67-200", "Głogów", "nie"]
        )
        tables["occupancies"].append([unit, person, "właściciel", date(2020, 1, 1), None])
    return tables


@pytest.fixture
def resident(product: Product, osada: str) -> Callable[..., str]:
    """Opens an account at `osada` as the office does on the command line; returns its login."""

    def open_account(login: str, *words: str, password: str = START) -> str:
        product.flask("accounts", "create", osada, login, "--unit", "L1", *words, "--password-stdin", stdin=password)
        return login

    return open_account


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    found = chromium()
    if found is None:
        pytest.skip("no Chromium here: run tests/browser_setup.py, or set OSIEDLE_CHROMIUM")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
        browser = playwright.chromium.launch(
            executable_path=str(found.executable), args=flags, env={**os.environ, **found.env}
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium_browser: Any, product: Product) -> Iterator[Callable[..., Any]]:
    """`visit("demo", "L000001")` is a page of a browser in which that login is signed in; without a login, nobody."""
    contexts = []

    def open_page(slug: str, login: str = "", *, path: str = "/", password: str = DEMO_PASSWORD, **options: Any) -> Any:
        context = chromium_browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        if login:
            page.goto(product.site(slug, "/login"))
            page.locator("main input[name=login], main input[name=email]").first.fill(login)
            page.locator("main input[name=password]").fill(password)
            page.locator("main button[type=submit]").click()
            page.wait_for_url(lambda url: "/login" not in url)
        page.goto(product.site(slug, path))
        return page

    yield open_page
    for context in contexts:
        context.close()
