"""A browser without JavaScript, on one host."""

from __future__ import annotations

import contextvars
import re
from typing import Any

from app.core import work
from app.core.actor import system
from app.operators import commands as operators

PASSWORD = "Gawron-nad-Odrą-7"


class Browser:
    """Follows no redirect by itself; sends the hidden token of the last form page with each post.

    Each request starts with nothing bound and nobody known, as in a server, whatever the test has open.
    """

    def __init__(self, app: Any, host: str, address: str = "10.0.0.1") -> None:
        self.client = app.test_client()
        self.base = f"http://{host}"
        self.address = {"REMOTE_ADDR": address}
        self.token = ""

    def get(self, path: str) -> Any:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Any:
        return self._ask("POST", path, data={"csrf_token": self.token, **fields})

    def log_in(self, email: str, password: str) -> Any:
        self.get("/login")
        answer = self.post("/login", email=email, password=password)
        if answer.status_code == 303:
            self.get("/tenants/new")
        return answer

    def _ask(self, method: str, path: str, **rest: Any) -> Any:
        response = contextvars.Context().run(
            self.client.open, path, method=method, base_url=self.base, environ_overrides=self.address, **rest
        )
        found = re.search(r'name="csrf_token" value="([^"]+)"', response.get_data(as_text=True))
        if found:
            self.token = found[1]
        return response


def operator(app: Any, login: str, address: str) -> Browser:
    """The browser of a new operator, logged in at the console."""

    def make() -> None:
        with app.app_context():
            operators.create_operator(system("tests"), login, PASSWORD)
            work.commit()

    contextvars.Context().run(make)
    browser = Browser(app, "console.osiedle.test", address)
    assert browser.log_in(login, PASSWORD).status_code == 303
    return browser
