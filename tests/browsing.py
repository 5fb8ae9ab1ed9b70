"""A browser without a screen: Flask's test client on one of our hosts."""

from __future__ import annotations

from typing import Any, Self

from flask.testing import FlaskClient


class Browser(FlaskClient):
    """Asks one host, unless a test says another in `base_url` or in a Host header."""

    host = "osiedle.test"

    @classmethod
    def on(cls, app: Any, slug: str) -> Self:
        """A fresh browser, with no cookies, on a manager's host (`""` and `"console"`: the other two sites)."""
        browser = cls(app, app.response_class, use_cookies=True)
        browser.host = f"{slug}.osiedle.test" if slug else "osiedle.test"
        return browser

    def open(self, *args: Any, **options: Any) -> Any:
        if args and isinstance(args[0], str):
            options.setdefault("base_url", f"http://{self.host}")
        return super().open(*args, **options)

    def cookie_header(self) -> str:
        """All cookies as one would steal them."""
        return "; ".join(f"{cookie.key}={cookie.value}" for cookie in (self._cookies or {}).values())
