"""An administrator's browser."""

from __future__ import annotations

from typing import Any

from tests.town import PASSWORD
from tests.town import token as csrf


def admin(client: Any, tenant: Any) -> Any:
    """Logged in as the first administrator of a manager that was opened with the town's password."""
    browser = client(tenant.slug)
    form = browser.get("/login").get_data(as_text=True)
    answer = browser.post("/login", data={"login": "admin", "password": PASSWORD, "csrf_token": csrf(form)})
    assert answer.status_code in (302, 303), answer.get_data(as_text=True)
    return browser
