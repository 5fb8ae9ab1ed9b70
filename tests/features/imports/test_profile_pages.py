"""Profiles of imports as staff meet them: made on a real file, seen as it is read, used, handed on."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.features.imports.mapped import ledger_csv, workbook
from tests.features.imports.test_pages import Desk, desk
from tests.pages import inspect

__all__ = ["desk"]
PROFILES = "/admin/imports/profiles"


def made(staff: Desk, content: bytes, name: str = "program.csv", called: str = "Mój program") -> str:
    """The address of a profile made on a file."""
    answer = staff.post(f"{PROFILES}/new", {"name": called, "file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_a_profile_is_made_on_the_real_file_and_shows_what_is_read(desk: Callable[..., Desk]) -> None:
    staff = desk()
    inspect(staff.get(PROFILES))
    inspect(staff.get(f"{PROFILES}/new"))
    page = made(staff, ledger_csv())
    assert "program.csv" in inspect(staff.get(page))
    assert staff.post(page, {"tabs_ledger": "program"}).status_code == 303
    shown = inspect(staff.get(f"{page}/ledger"))
    assert "Kowalski" not in shown and "-1 100,00" in shown
