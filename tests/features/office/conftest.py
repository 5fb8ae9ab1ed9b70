"""An administrator's and a resident's browser at this test's own manager."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.commands import create_account
from app.core import work
from app.core.actor import system
from tenants.context import bind
from tests.pages import inspect
from tests.town import PASSWORD, token


class Pages:
    """A signed-in browser that checks every page and fills in the token of forms."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def get(self, path: str, status: int = 200) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == status, (path, answer.status_code, answer.headers.get("Location"))
        return inspect(answer)

    def post(self, path: str, status: int = 303, **fields: Any) -> str:
        """Post a form; a 422 page is inspected like any other."""
        form = self.browser.get("/settings").get_data(as_text=True)
        data = {"csrf_token": token(form), **fields}
        answer = self.browser.post(path, data=data, content_type="multipart/form-data")
        assert answer.status_code == status, (path, answer.status_code, answer.get_data(as_text=True)[-1500:])
        return inspect(answer)

    def menu(self, path: str = "/settings") -> list[str]:
        """The names in the main menu of a page."""
        nav = self.get(path).split('aria-label="Menu główne"', 1)[1].split("</nav>", 1)[0]
        return re.findall(r"</svg><span>([^<]+)</span></a>", nav)


def signed_in(app: Any, tenant: Any, client: Any, login: str, role: str) -> Pages:
    with app.app_context(), bind(tenant):
        create_account(system("tests"), login, [], role, f"{login}@example.com", password=PASSWORD)
        work.commit()
    browser = client(tenant.slug)
    page = browser.get("/login").get_data(as_text=True)
    answer = browser.post("/login", data={"login": login, "password": PASSWORD, "csrf_token": token(page)})
    assert answer.status_code == 303
    return Pages(browser)


@pytest.fixture
def admin(app: Any, tenant: Any, client: Any) -> Pages:
    return signed_in(app, tenant, client, "pani_prezes", "admin")


@pytest.fixture
def resident(app: Any, tenant: Any, client: Any) -> Pages:
    return signed_in(app, tenant, client, "mieszkanka", "resident")


@pytest.fixture
def clerk(app: Any, tenant: Any, client: Any) -> Pages:
    return signed_in(app, tenant, client, "pan_zosia", "clerk")


@pytest.fixture
def inside(app: Any, tenant: Any) -> Callable[..., Any]:
    """`inside(function)` runs it with the manager bound and commits."""

    def run(function: Callable[[], Any]) -> Any:
        with app.app_context(), bind(tenant):
            found = function()
            work.commit()
            return found

    return run
