"""Managers that tests are done with: their schemas are dropped, as a whole run makes thousands of 8 MB each."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy.exc import OperationalError

from tenants import provisioning
from tenants.errors import UnknownTenant

# Who still reads there (an application context that a fixture leaves open) is not waited for: the next test tries.
NO_WAITING = "?options=-c%20lock_timeout%3D200"


class Leaving:
    """`add` what a test is done with; `settle` drops everything added that nobody holds any more."""

    def __init__(self, owner_url: str) -> None:
        self._owner_url = owner_url + NO_WAITING
        self._waiting: list[str] = []

    def add(self, tenants: list[Any]) -> None:
        self._waiting += [tenant.slug for tenant in tenants]

    def settle(self) -> None:
        slugs, self._waiting = self._waiting, []
        for slug in slugs:
            try:
                with suppress(UnknownTenant):
                    provisioning.remove(self._owner_url, slug)
            except OperationalError:
                self._waiting.append(slug)
