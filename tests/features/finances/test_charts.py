"""Wykresy: pictures that say what their tables say, and stay inside their frame."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import today
from app.finances.pictures import balances
from app.finances.queries.trends import months_back
from app.web.charting import BOTTOM, HEIGHT, SERIES, TOP, WIDTH, Column, bars
from tests.features.finances.books import House, charge, entry
from tests.features.finances.test_standing import words
from tests.pages import inspect

CHARTS = "/payments/entries/charts"


def test_charts_show_the_balance_and_the_charges_with_the_same_figures_as_a_table(house: House) -> None:
    months = months_back(today(), 4)
    house.publish(
        [
            entry(1, "charge", months[0], "500.00"),
            entry(2, "payment", months[1], credit="700.00"),
            entry(3, "charge", months[3], "300.00"),
        ],
        components=[["EKS", "Eksploatacja", "m2", "dependent"], ["ZN", "Zniżka", "unit", "dependent"]],
        charges=[charge("EKS", date(2020, 1, 1), "50", "10", "500.00"), charge("ZN", months[2], "1", "-5", "-5.00")],
    )
    page = inspect(house.enter().get(CHARTS))
    text = words(page)
    assert "Teraz: zaległość 100,00 zł. Najwyższa zaległość: 500,00 zł" in text
    table = re.sub(r"\s+", " ", text.split("Co to znaczy", 1)[1].split("Opłaty za miesiąc", 1)[0])
    figures = re.findall(r"\d{4} (−?[\d ]+,\d\d) (zaległość|nadpłata|rozliczone)", table)
    assert figures == [
        ("100,00", "zaległość"),
        ("−200,00", "nadpłata"),
        ("−200,00", "nadpłata"),
        ("500,00", "zaległość"),
    ]
    assert "Eksploatacja: 500,00 zł" in text and "495,00" in text
    assert "To o 5,00 zł mniej." in text
    drawn = re.findall(r'<svg class="chart-plot".*?</svg>', page, re.S)
    assert len(drawn) == 2
    for svg in drawn:
        assert 'role="img"' in svg and "<title id=" in svg and "<desc id=" in svg and "style=" not in svg


def test_without_two_months_there_is_a_sentence_instead_of_a_chart(house: House) -> None:
    house.publish([entry(1, "charge", today(), "500.00")])
    page = words(inspect(house.enter().get(CHARTS)))
    assert "Na wykres jest jeszcze za wcześnie" in page


def test_many_components_are_six_patterns_and_whole_sums(house: House) -> None:
    codes = [f"K{n}" for n in range(12)]
    house.publish(
        [],
        components=[[code, f"Składnik {code} o bardzo długiej nazwie", "unit", None] for code in codes],
        charges=[charge(code, date(2020, 1, 1), "1", str(n + 1), f"{n + 1}.00") for n, code in enumerate(codes)],
    )
    page = inspect(house.enter().get(CHARTS))
    assert page.count('<pattern id="chart-charges') == SERIES
    assert "pozostałe: 28,00 zł" in words(page).replace(" ", " ") and "78,00" in page


def test_months_before_the_holder_came_are_not_drawn() -> None:
    assert months_back(date(2026, 3, 5), 24, since=date(2026, 1, 20)) == [date(2026, month, 1) for month in (1, 2, 3)]
    assert months_back(date(2026, 3, 5), 3) == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert balances([(date(2026, 1, 1), 5)]) is None


parts = st.lists(st.integers(-(10**9), 10**9), min_size=3, max_size=3).map(tuple)


@given(st.lists(parts, max_size=24))
def test_a_chart_stays_inside_its_frame_and_is_true_to_scale(columns: list[Any]) -> None:
    chart = bars([Column(f"m{n}", column) for n, column in enumerate(columns)], ("a", "b", "c"))
    assert 2 <= len(chart.ticks) <= 8
    for box in chart.boxes:
        assert box.x >= chart.left and box.x + box.width <= WIDTH + 0.1
        assert box.y >= TOP - 0.1 and box.y + box.height <= HEIGHT - BOTTOM + 0.6
    assert TOP - 0.1 <= chart.zero <= HEIGHT - BOTTOM + 0.1
    assert len(chart.boxes) == sum(1 for column in columns for part in column if part)
    for tick in chart.ticks:
        assert TOP - 0.1 <= tick.y <= HEIGHT - BOTTOM + 0.1
