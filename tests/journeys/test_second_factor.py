"""A second step at log-in, as a person adds and uses it: a passkey in the browser, and codes without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest

from config.settings import DEMO_PASSWORD
from tests.journeys.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_authenticator(page: Any) -> tuple[Any, str]:
    """A fingerprint reader that always says yes, and the channel on which it is reached."""
    channel = page.context.new_cdp_session(page)
    channel.send("WebAuthn.enable")
    return channel, channel.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]


def give_password(page: Any, product: Product, login: str, path: str = "/login") -> None:
    page.goto(product.site("demo", path))
    page.locator("main input[name=login]").fill(login)
    page.locator("main input[name=password]").fill(DEMO_PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/login/second**")


def test_a_passkey_is_added_asked_for_and_removed(visit: Callable[..., Any], product: Product) -> None:
    page = visit("demo", "L000005", path="/settings/factors")
    channel, authenticator = with_authenticator(page)
    page.get_by_label("Nazwa klucza").fill("Mój laptop")
    page.get_by_role("button", name="Dodaj klucz dostępu").click()
    page.get_by_role("heading", name="Zapisz kody zapasowe").wait_for()
    assert page.locator("ol.codes li").count() == 10
    page.get_by_role("link", name="Kody mam zapisane").click()
    page.get_by_role("row", name="Mój laptop").wait_for()

    page.get_by_role("button", name="WYJŚCIE").click()
    give_password(page, product, "L000005", "/login?next=/settings/devices")
    page.get_by_role("button", name="Użyj klucza dostępu").click()
    page.wait_for_url(lambda url: "/login" not in url)
    assert page.url.endswith("/settings/devices")
    assert page.get_by_text("zalogowano", exact=True).count()

    page.goto(product.site("demo", "/settings/factors"))
    page.get_by_role("row", name="Mój laptop").get_by_role("link").click()
    page.get_by_role("button", name="Usuń", exact=True).click()
    page.get_by_text("Na razie logujesz się samym hasłem.").wait_for()
    assert channel.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]


def test_who_cancels_the_browsers_question_reads_what_happened(visit: Callable[..., Any]) -> None:
    page = visit("demo", "L000003", path="/settings/factors")
    channel, authenticator = with_authenticator(page)
    channel.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    channel.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})
    page.evaluate(
        "() => { navigator.credentials.create = () => Promise.reject(new DOMException('no', 'NotAllowedError')) }"
    )
    page.get_by_role("button", name="Dodaj klucz dostępu").click()
    alert = page.get_by_role("alert").filter(has_text="Nic się nie stało")
    alert.wait_for()
    assert page.get_by_role("button", name="Dodaj klucz dostępu").is_enabled()


def test_codes_work_without_javascript(visit: Callable[..., Any], product: Product) -> None:
    page = visit("demo", "L000007", path="/settings/factors", java_script_enabled=False)
    assert page.get_by_text("Klucze dostępu wymagają włączonego JavaScriptu").is_visible()
    assert not page.get_by_role("button", name="Dodaj klucz dostępu").is_visible()
    page.get_by_role("button", name="Dodaj aplikację").click()
    page.wait_for_load_state("load")
    picture = page.locator("img.qr")
    assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
    totp = pyotp.TOTP(page.locator(".nrb").inner_text().replace(" ", ""))
    page.get_by_label("Kod z aplikacji").fill(totp.at(datetime.now(UTC), counter_offset=-1))
    page.get_by_role("button", name="Włącz").click()
    codes = page.locator("ol.codes li").all_inner_texts()
    assert len(codes) == 10

    page.get_by_role("button", name="WYJŚCIE").click()
    give_password(page, product, "L000007")
    page.get_by_label("Kod z aplikacji").fill("000000")
    page.get_by_role("button", name="Zaloguj się", exact=True).click()
    assert page.get_by_text("Ten kod nie pasuje").first.is_visible()
    page.get_by_label("Kod z aplikacji").fill(totp.at(datetime.now(UTC), counter_offset=0))
    page.get_by_role("button", name="Zaloguj się", exact=True).click()
    page.wait_for_url(lambda url: "/login" not in url)

    page.get_by_role("button", name="WYJŚCIE").click()
    give_password(page, product, "L000007")
    page.locator("summary", has_text="Nie masz telefonu ani klucza?").click()
    page.get_by_label("Kod zapasowy").fill(codes[3])
    page.get_by_role("button", name="Zaloguj się kodem zapasowym").click()
    page.wait_for_url(lambda url: "/login" not in url)
    page.goto(product.site("demo", "/settings/factors"))
    assert page.get_by_text("Zostało 9 nieużytych kodów.").is_visible()
