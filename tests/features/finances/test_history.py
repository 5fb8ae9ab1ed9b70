"""What the portal showed on a day, and why that is not what it shows now: exactly."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core import events
from app.core.actor import system
from app.core.clock import today
from app.finances.queries import history
from app.finances.queries.proof import proof
from tenants.context import Mode, bind
from tenants.db import db
from tests.features.finances.books import House, entry
from tests.features.finances.test_proof import words
from tests.features.imports.doing import take_back
from tests.pages import inspect

PAGE = "/payments/proof/history"
UNIT = HeldUnit("L1", None, None, None, None, None)
MARCH_3 = "2026-03-03 23:00"
CHARGE = entry(1, "charge", date(2026, 2, 1), "500.00", document="NAL/2", title="Opłaty za luty")
PAID = entry(2, "payment", date(2026, 2, 9), credit="100.00", title="Przelew")
MISTAKE = entry(3, "charge", date(2026, 3, 1), "999.00", title="Pomyłka")


def a_march(house: House) -> None:
    """Shown from 3 March: 1 399,00; from 5 March 470,00; from 7 March, one more payment, 420,00."""
    house.shown_since(house.publish([CHARGE, PAID, MISTAKE]), MARCH_3)
    changed = entry(1, "charge", date(2026, 2, 2), "570.00", document="NAL/2", title="Opłaty za luty")
    house.shown_since(house.publish([changed, PAID]), "2026-03-05 01:00")
    more = entry(4, "payment", date(2026, 3, 6), credit="50.00", title="Przelew w marcu")
    house.shown_since(house.publish([changed, PAID, more]), "2026-03-07 01:00")


def then(house: House, day: date, unit: HeldUnit = UNIT) -> Any:
    with house.app.app_context(), bind(house.tenant, Mode.SNAPSHOT):
        return history.then(system("tests"), unit, day)


def test_added_changed_and_withdrawn_entries_explain_the_difference(house: House) -> None:
    a_march(house)
    page = words(inspect(house.enter().get(f"{PAGE}?day=2026-03-03")))
    assert "3 marca 2026, koniec dnia zaległość 1 399,00 zł" in page
    assert "Było 1 399,00 Nowe operacje: 1 −50,00 Zmienione operacje: 1 +70,00 Wycofane operacje: 1 −999,00" in page
    assert "Jest dzisiaj zaległość 420,00" in page
    assert "data: 01.02.2026 → 02.02.2026 zmieniona 500,00 570,00 +70,00 Dane nr 2" in page
    assert "Pomyłka Naliczenie 01.03.2026 · Opłaty za lokal wycofana 999,00 −999,00 Dane nr 2" in page
    assert "Przelew w marcu Wpłata 06.03.2026 · Opłaty za lokal nowa −50,00 −50,00 Dane nr 3" in page
    assert "−929,00 470,00" in page and "−50,00 420,00" in page


def test_the_end_of_a_day_is_midnight_in_poland(house: House) -> None:
    house.shown_since(house.publish([CHARGE]), "2026-03-01 12:00")
    house.shown_since(house.publish([CHARGE, PAID]), "2026-03-03 23:59:59")
    house.shown_since(house.publish([CHARGE, PAID, MISTAKE]), "2026-03-04 00:00")
    assert [then(house, date(2026, 3, day)).was for day in (1, 2, 3, 4)] == [50000, 50000, 40000, 139900]
    assert then(house, date(2026, 2, 28)) is None
    # the night on which the clocks go forward
    house.shown_since(1, "2026-03-29 00:30")
    house.sql("DELETE FROM revisions WHERE number > 1")
    assert then(house, date(2026, 3, 28)) is None and then(house, date(2026, 3, 29)).source.revision == 1


def test_an_undone_import_was_shown_while_it_held(house: House) -> None:
    house.shown_since(house.publish([CHARGE]), "2026-03-01 08:00")
    house.shown_since(house.publish([CHARGE, MISTAKE]), "2026-03-02 08:00")
    take_back(house.app, house.tenant, 2)
    house.shown_since(3, "2026-03-03 08:00")
    found = then(house, date(2026, 3, 2))
    assert (found.was, found.now, found.withdrawn) == (149900, 50000, history.Sum(1, -99900))
    assert found.changes[0].source.undo and found.changes[0].source.undoes == 2
    page = words(inspect(house.enter().get(f"{PAGE}?day=02.03.2026")))
    assert "Cofnięcie danych nr 2" in page and "Jest dzisiaj zaległość 500,00" in page
    same = then(house, date(2026, 3, 1))
    assert (same.was, same.now, same.changes) == (50000, 50000, [])
    assert [(step.source.revision, step.grosze, step.balance) for step in same.steps] == [
        (2, 99900, 149900),
        (3, -99900, 50000),
    ]
    assert "Dziś każda operacja jest taka sama jak wtedy" in house.enter("P1b").get(f"{PAGE}?day=2026-03-01").get_data(
        as_text=True
    )


def test_an_entry_that_moved_to_another_unit_is_withdrawn_here_and_new_there(house: House) -> None:
    house.shown_since(house.publish([CHARGE]), "2026-03-01 08:00")
    house.publish([entry(1, "charge", date(2026, 2, 1), "500.00", unit="L2", title="Opłaty za luty")])
    here = then(house, date(2026, 3, 1))
    there = then(house, date(2026, 3, 1), HeldUnit("L2", None, None, None, None, None))
    assert (here.withdrawn, here.added) == (history.Sum(1, -50000), history.Sum())
    assert (there.withdrawn, there.added) == (history.Sum(), history.Sum(1, 50000))


def test_entries_of_those_before_are_counted_and_not_told(house: House) -> None:
    titles = [["L1", "P2", "owner", date(2019, 4, 1), date(2026, 2, 8)], ["L1", "P1", "owner", date(2026, 2, 9), None]]
    house.shown_since(house.publish([CHARGE, PAID], occupancies=titles), "2026-02-20 01:00")
    house.publish([PAID, MISTAKE], occupancies=titles)
    owner = house.enter()
    page = words(inspect(owner.get(f"{PAGE}?day=2026-02-20")))
    assert "Opłaty za luty" not in page and "Operacje poprzedniego posiadacza −500,00" in page
    assert "Nowe operacje: 1 +999,00" in page and "Jest dzisiaj zaległość 899,00" in page
    house.shown_since(1, "2026-01-01 01:00")
    early = owner.get(f"{PAGE}?day=2026-02-08")
    assert early.status_code == 422 and "09.02.2026" in early.get_data(as_text=True)


def test_days_that_are_none_get_a_sentence(house: House) -> None:
    a_march(house)
    owner = house.enter()
    tomorrow = (today() + timedelta(days=1)).isoformat()
    for wrong in ("", "abc", "2026-02-30", "1 marca", "9" * 10000, tomorrow, "2026-03-02", "0001-01-01", "9999-12-31"):
        answer = owner.get(PAGE, query_string={"day": wrong})
        assert answer.status_code == 422, wrong
        assert "has-error" in inspect(answer), wrong
    assert owner.get(f"{PAGE}?day=%00").status_code == 400
    assert owner.get(f"{PAGE}?day={today()}").status_code == 200
    assert owner.get(f"{PAGE}?day=2026-03-03&day=abc").status_code == 422


def test_more_changes_than_a_page_lists_are_all_in_its_sums(house: House) -> None:
    house.shown_since(house.publish([CHARGE]), MARCH_3)
    house.publish([CHARGE, *(entry(f"N{n}", "charge", date(2026, 4, 1), "0.01") for n in range(history.MOST + 5))])
    page = words(inspect(house.enter().get(f"{PAGE}?day=2026-03-03")))
    assert f"Nowe operacje: {history.MOST + 5} +3,05" in page and "Sumy powyżej obejmują wszystkie" in page


ROW = st.tuples(st.sampled_from(["charge", "payment", "correction"]), st.integers(1, 10**7), st.booleans())
STATE = st.dictionaries(st.integers(1, 6), ROW, max_size=5)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STATE, min_size=2, max_size=4), st.booleans())
def test_whatever_the_books_went_through_the_sums_are_the_difference(
    new_tenant: Any, app: Any, tmp_path: Any, states: list[dict[int, tuple[str, int, bool]]], undo: bool
) -> None:
    house = House(app, new_tenant(), tmp_path)
    balances: list[int] = []
    for state in states:
        rows = []
        for number, (kind, grosze, is_debit) in state.items():
            sum_ = f"{grosze // 100}.{grosze % 100:02d}"
            rows.append(entry(number, kind, date(2026, 1, number), **{"debit" if is_debit else "credit": sum_}))
        rows.append(entry(f"only-{len(balances)}", "charge", date(2026, 1, 1), "0.01"))
        house.shown_since(house.publish(rows), f"2026-02-{1 + len(balances):02d} 12:00")
        balances.append(1 + sum(grosze if is_debit else -grosze for _kind, grosze, is_debit in state.values()))
    if undo:
        take_back(app, house.tenant, len(states))
        house.shown_since(len(states) + 1, "2026-02-20 12:00")
        balances.append(balances[-2])
    with app.app_context(), bind(house.tenant, Mode.SNAPSHOT):
        now = proof(system("tests"), UNIT).balance
    assert now == balances[-1]
    for number, balance in enumerate(balances[: len(states)]):
        found = then(house, date(2026, 2, 1 + number))
        assert (found.was, found.now) == (balance, now)
        parts = found.added.grosze + found.changed.grosze + found.withdrawn.grosze + found.earlier.grosze
        assert found.was + parts == found.now
        assert sum(each.difference for each in found.changes) == parts
        assert found.was + sum(step.grosze for step in found.steps) == found.now


def test_an_import_over_midnight_is_shown_from_its_end(house: House) -> None:
    house.publish([CHARGE])
    with house.app.app_context(), bind(house.tenant, Mode.BULK):
        begun = db.session.execute(text("SELECT now()")).scalar_one()
        events.happened("imports.published", revision=1)
        ends = db.session.execute(text("SELECT published_at FROM revisions")).scalar_one()
        db.session.rollback()
    assert ends > begun


def test_an_allowance_is_told_to_its_holder_alone(house: House) -> None:
    titles = [["L1", "P1", "owner", date(2019, 4, 1), None], ["L1", "P2", "co-owner", date(2019, 4, 1), None]]
    decision = [["MOPS/7", "L1", "P1", "MOPS Głogów", date(2026, 1, 1), date(2026, 6, 30), "100.00"]]
    house.shown_since(house.publish([CHARGE], occupancies=titles, allowances=decision), "2026-02-02 01:00")
    help_ = entry(5, "allowance", date(2026, 2, 20), credit="100.00", document="MOPS/7", title="Dodatek luty")
    house.publish([CHARGE, help_], occupancies=titles, allowances=decision)
    holder, other = house.enter("P1"), house.enter("P2")
    for path in ("/payments/proof?year=2026", f"{PAGE}?day=2026-02-02"):
        own, shared = (words(inspect(who.get(path))) for who in (holder, other))
        assert "Dodatek luty" in own and "MOPS/7" in own
        assert "Dodatek" not in shared and "MOPS" not in shared and "100,00" in shared
        assert "400,00" in own and "400,00" in shared
