"""A house of eight flats with water meters and heat dividers, its staff, and the owner of the first flat."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.features.finances.books import House
from tests.town import token

D = Decimal
FLATS = 8
USED = (40, 55, 61, 35, 300, 48, 52, 0)  # m³ of cold water in 2025; the fifth is odd, the last used nothing


class Estate(House):
    """Books with a year of water and heat in them."""

    def open(self) -> Estate:
        units = [
            [f"L{n}", "B1", "A", str(n), "1", D("40.00") + n, None, 2, "własność", "0,125", None]
            for n in range(1, FLATS + 1)
        ]
        people = [[f"P{n}", f"Osoba {n}", f"Nazwisko {n}", *([None] * 7), "tak"] for n in range(1, FLATS + 1)]
        held = [[f"L{n}", f"P{n}", "owner", date(2019, 4, 1), None] for n in range(1, FLATS)]
        held.append(["L8", "P8", "owner", date(2026, 2, 1), None])
        serials = [(f"W{n}", f"L{n}", "zw", "łazienka", date(2023, 1, 1), date(2028, 1, 1), None) for n in range(1, 9)]
        readings = [(f"W{n}", date(2024, 12, 31), D("100.00"), "radio") for n in range(1, 8)]
        readings += [(f"W{n}", date(2025, 12, 30), D(100 + USED[n - 1]), "radio") for n in range(1, 8)]
        charges = [
            [f"L{n}", "ZWK", date(2024, 1, 1), None, D("3.00"), D("14.62"), D("43.86"), None]
            for n in range(1, FLATS + 1)
        ]
        self.publish(
            [],
            buildings=[
                ["B1", "Dom", "Lipowa", "5", "67-200", "Głogów"],
                ["B2", "Dom", "Inna", "7", "67-200", "Głogów"],
            ],
            units=units,
            people=people,
            occupancies=held,
            components=[["ZWK", "Zaliczka na zimną wodę i ścieki", "m3", "niezależna"]],
            charges=charges,
            meters=[list(row) for row in serials],
            readings=[list(row) for row in readings],
            settlements=[
                [
                    "R1",
                    "L1",
                    "zw",
                    date(2024, 1, 1),
                    date(2024, 12, 31),
                    D("38.00"),
                    D("555.56"),
                    D("526.32"),
                    D("29.24"),
                ],
                [
                    "R2",
                    "L1",
                    "zw",
                    date(2025, 1, 1),
                    date(2025, 12, 31),
                    D("40.00"),
                    D("584.80"),
                    D("526.32"),
                    D("58.48"),
                ],
                [
                    "R8",
                    "L8",
                    "zw",
                    date(2025, 1, 1),
                    date(2025, 12, 31),
                    D("10.00"),
                    D("84.80"),
                    D("26.32"),
                    D("58.48"),
                ],
            ],
        )
        return self


@pytest.fixture
def estate(app: Any, tenant: Any, tmp_path: Path) -> Estate:
    return Estate(app, tenant, tmp_path).open()


class Office:
    """Staff at work: forms as a browser sends them, with what stands in the page."""

    def __init__(self, browser: Any) -> None:
        self.browser = browser

    def get(self, path: str) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.get_data(as_text=True)).replace("\u00a0", " ")

    def post(self, path: str, at: str, status: int = 303, **data: Any) -> str:
        """Post a form that stands on the page `at`; returns where it led, or the page that it answered with."""
        page = self.get(at)
        values = {"csrf_token": token(page), **data}
        if "version" not in values and 'name="version" value="' in page:
            values["version"] = page.split('name="version" value="', 1)[1].split('"', 1)[0]
        answer = self.browser.post(path, data=values)
        assert answer.status_code == status, (path, answer.status_code, answer.get_data(as_text=True)[:3000])
        return str(answer.headers.get("Location") or answer.get_data(as_text=True)).replace("\u00a0", " ")

    def begin(self, **values: Any) -> str:
        data = {
            "title": "Woda 2025", "medium": "cold_water", "from_on": "2025-01-01", "to_on": "2025-12-31",
            "buildings": "B1", "due_on": "2026-12-31", "note": "Uwagi do końca roku.", "form_key": "k1", **values,
        }  # fmt: skip
        return self.post("/admin/media/settlements/new", "/admin/media/settlements/new", **data)

    def water(self) -> str:
        """A draft of cold water with one invoice, a lump for who was not read, and a main meter."""
        run = self.begin()
        self.post(
            f"{run}/costs", f"{run}/costs", name="Woda i ścieki", document="FV 1/2025", kind="variable",
            amount="10 000,01",
        )  # fmt: skip
        self.post(
            f"{run}/rules", f"{run}/rules", fixed_percent="0", fixed_basis="m2", use_in="m3", main_use="800",
            difference="unit", lump_norm="3", source="components", codes="ZWK",
        )  # fmt: skip
        return run


@pytest.fixture
def office(estate: Estate) -> Office:
    return Office(estate.enter("ksiegowa", (), "accountant"))
