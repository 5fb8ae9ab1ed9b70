"""The name server that the application asks, and an operator's browser."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.features.domains.nameserver import NameServer
from tests.features.operators.browser import Browser, operator

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
    return operator(app, f"domeny{number}@example.com", f"10.9.{number}.1")
