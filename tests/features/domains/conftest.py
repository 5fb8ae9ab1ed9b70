"""The name server that the application asks, and an operator's browser."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from app.core import work
from app.core.actor import system
from app.operators import commands as operators
from tests.features.domains.nameserver import NameServer
from tests.features.operators.browser import Browser

PASSWORD = "Gawron-nad-Odrą-7"
_numbers = count(1)


@pytest.fixture
def names(app: Any) -> Iterator[NameServer]:
    """The name server that the application asks."""
    server, before = NameServer(), app.settings.dns_server
    object.__setattr__(app.settings, "dns_server", server.address)
    yield server
    object.__setattr__(app.settings, "dns_server", before)
    server.close()


@pytest.fixture
def console(app: Any) -> Browser:
    number = next(_numbers)
    with app.app_context():
        operators.create_operator(system("tests"), f"domeny{number}@example.com", PASSWORD)
        work.commit()
    made = Browser(app, "console.osiedle.test", f"10.9.{number}.1")
    assert made.log_in(f"domeny{number}@example.com", PASSWORD).status_code == 303
    return made
