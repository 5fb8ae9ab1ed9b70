from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.features.finances.books import House


@pytest.fixture
def house(app: Any, tenant: Any, tmp_path: Path) -> House:
    """A manager of this test's own, whose books are yet to come."""
    return House(app, tenant, tmp_path)
