"""Two managers whose data must never meet."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="module")
def pair(app: Any) -> tuple[Any, Any]:
    """Two managers, each with a canary for a name."""
    from tests.conftest import _new_tenant

    return _new_tenant(app, name="KANAREK-A"), _new_tenant(app, name="KANAREK-B")
