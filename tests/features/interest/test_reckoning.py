"""Interest for delay, by hand and by chance: what it is, and what can never happen."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.finances.interest.crediting import Document, Row, credited, since
from app.finances.interest.days import days_off, easter, last_day
from app.finances.interest.rates import STALE_DAYS, doubtful_since
from app.finances.interest.reckoning import ONE, Rate, Reckoning, reckoned, rounded

KNOWN = [
    ("2023-10-05", "11.25"), ("2025-05-08", "10.75"), ("2025-07-03", "10.50"), ("2025-09-04", "10.25"),
    ("2025-10-09", "10.00"), ("2025-11-06", "9.75"), ("2025-12-04", "9.50"),
]  # fmt: skip
RATES = [Rate(date.fromisoformat(day), Decimal(percent)) for day, percent in KNOWN]
TODAY = date(2026, 11, 20)


def due(number: str, day: str, grosze: int, **more: str) -> Row:
    values = {"kind": "charge", "account": "rent", **more}
    return Row(number, values["kind"], values["account"], date.fromisoformat(day).replace(day=1),
               date.fromisoformat(day), grosze, 0, values.get("document"))  # fmt: skip


def paid(number: str, day: str, grosze: int, **more: str) -> Row:
    values = {"kind": "payment", "account": "rent", **more}
    on = date.fromisoformat(day)
    return Row(number, values["kind"], values["account"], on, None, 0, grosze, values.get("document"))


def one(*rows: Row, today: date = TODAY, held: date | None = None) -> Reckoning:
    return reckoned(credited(rows)[0][0], RATES, today, held)


def test_the_worked_example_gives_20_zl_18_gr() -> None:
    found = one(due("1", "2025-09-15", 84237), paid("2", "2025-12-12", 84237))
    assert found.grosze == 2018
    assert [(span.days, span.percent) for span in found.spans] == [
        (23, Decimal("10.25")), (28, Decimal("10.00")), (28, Decimal("9.75")), (9, Decimal("9.50")),
    ]  # fmt: skip


def test_what_is_paid_on_the_last_day_bears_nothing_and_a_day_later_one_day() -> None:
    assert one(due("1", "2025-09-15", 84237), paid("2", "2025-09-15", 84237)).spans == ()
    (span,) = one(due("1", "2025-09-15", 84237), paid("2", "2025-09-16", 84237)).spans
    assert span.days == 1 and span.first == span.last == date(2025, 9, 16)


def test_a_term_on_a_saturday_or_a_day_off_ends_on_the_next_working_day() -> None:
    assert last_day(date(2025, 11, 15)) == date(2025, 11, 17), "a Saturday"
    assert last_day(date(2025, 11, 11)) == date(2025, 11, 12), "Independence Day, a Tuesday"
    assert last_day(date(2025, 12, 24)) == date(2025, 12, 29), "Christmas Eve to Sunday"
    assert last_day(date(2024, 12, 24)) == date(2024, 12, 24), "before 2025 a working day"
    assert last_day(date(2026, 4, 4)) == date(2026, 4, 7), "Easter"
    assert last_day(date(2026, 6, 4)) == date(2026, 6, 5), "Corpus Christi"
    assert one(due("1", "2025-11-15", 10000), paid("2", "2025-11-17", 10000)).grosze == 0


def test_easter_is_where_the_calendar_has_it() -> None:
    known = {2000: (4, 23), 2008: (3, 23), 2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2038: (4, 25)}
    assert {year: (easter(year).month, easter(year).day) for year in known} == known
    assert len(days_off(2026)) == 14


def test_a_part_payment_makes_the_sum_smaller_from_the_day_after_it() -> None:
    found = one(due("1", "2025-09-15", 100000), paid("2", "2025-09-25", 40000), today=date(2025, 10, 5))
    assert [(span.days, span.base) for span in found.spans] == [(10, 100000), (10, 60000)]
    assert found.grosze == rounded(Fraction(100000 * 10 + 60000 * 10) * Fraction("10.25") / 36500)


def test_there_is_no_interest_on_interest_nor_without_a_term() -> None:
    rows = [due("1", "2025-09-15", 5000, kind="interest"), due("2", "2025-09-15", 5000, account="interest"),
            Row("3", "charge", "rent", date(2025, 9, 1), None, 5000, 0)]  # fmt: skip
    assert all(reckoned(document, RATES, TODAY).grosze == 0 for document in credited(rows)[0])


def test_a_hold_ends_on_its_day_or_never() -> None:
    late = due("1", "2025-09-15", 100000)
    assert one(late, today=date(2025, 10, 5), held=date(2025, 9, 30)).spans[0].first == date(2025, 10, 1)
    assert one(late, today=date(2025, 10, 5), held=date(2025, 10, 5)).spans == ()
    assert one(late, held=date(9999, 12, 30)).grosze == 0


def test_days_before_the_first_known_rate_are_not_reckoned_and_counted() -> None:
    found = one(due("1", "2023-09-15", 10000), today=date(2023, 10, 6))
    assert found.missing_days == 19 and found.spans[0].first == date(2023, 10, 5) and found.spans[-1].days == 2
    assert reckoned(credited([due("1", "2023-09-15", 100)])[0][0], [], TODAY).spans == ()


def test_the_oldest_due_of_its_own_account_is_paid_first_then_others_and_interest_last() -> None:
    rows = [due("1", "2025-08-15", 100, account="water"), due("2", "2025-09-15", 100), due("3", "2025-07-15", 100),
            due("4", "2025-01-15", 100, kind="interest"), paid("5", "2025-10-01", 250)]  # fmt: skip
    documents, beyond = credited(rows)
    assert {document.row.entry: document.unpaid for document in documents} == {"1": 50, "2": 0, "3": 0, "4": 100}
    assert beyond == 0


def test_money_paid_ahead_pays_the_next_due_in_time() -> None:
    documents, beyond = credited([paid("1", "2025-08-01", 300), due("2", "2025-09-15", 200)])
    assert documents[0].payments == [(date(2025, 8, 1), 200)] and beyond == 100
    assert reckoned(documents[0], RATES, TODAY).spans == ()


def test_a_correction_that_names_a_document_lowers_it_from_its_beginning() -> None:
    rows = [due("1", "2025-09-15", 1000, document="F/1"), due("2", "2025-08-15", 1000, document="F/0"),
            paid("3", "2025-12-01", 1200, kind="correction", document="F/1")]  # fmt: skip
    documents, _beyond = credited(rows)
    assert {document.row.entry: (document.amount, document.unpaid) for document in documents} == {
        "1": (0, 0), "2": (1000, 800),
    }  # fmt: skip


def test_what_was_owed_before_the_unit_changed_hands_bears_nothing_and_is_paid_last() -> None:
    rows = [due("1", "2025-01-15", 5000), due("2", "2025-09-15", 1000), paid("3", "2025-10-01", 1000)]
    documents, _beyond = credited(since(rows, date(2025, 6, 1)))
    assert [(document.row.kind, document.unpaid) for document in documents] == [("carried", 5000), ("charge", 0)]
    assert reckoned(documents[0], RATES, TODAY).grosze == 0


DAYS = st.dates(date(2024, 1, 1), date(2026, 11, 1))
GROSZE = st.integers(1, 5_000_000)
DUES = st.builds(
    lambda number, day, grosze, account, kind: Row(str(number), kind, account, day, day, grosze, 0),
    st.integers(0, 10**6), DAYS, GROSZE, st.sampled_from(["rent", "water", "heat"]),
    st.sampled_from(["charge", "opening", "settlement", "interest", "correction"]),
)  # fmt: skip
CREDITS = st.builds(
    lambda number, day, grosze, account, kind: Row(str(number), kind, account, day, None, 0, grosze, "D"),
    st.integers(0, 10**6), DAYS, GROSZE, st.sampled_from(["rent", "water", "interest"]),
    st.sampled_from(["payment", "correction", "allowance"]),
)  # fmt: skip
BOOKS = st.lists(st.one_of(DUES, CREDITS), max_size=25)


@given(BOOKS)
def test_what_is_unpaid_less_what_waits_is_always_the_balance(rows: list[Row]) -> None:
    documents, beyond = credited(rows)
    unpaid = sum(document.unpaid for document in documents)
    assert unpaid - beyond == sum(row.debit - row.credit for row in rows)
    assert all(document.unpaid >= 0 for document in documents) and beyond >= 0
    assert not (unpaid and beyond), "nothing waits while something is owed"


@given(BOOKS, st.dates(date(2024, 1, 1), date(2026, 11, 1)))
def test_a_change_of_hands_keeps_the_balance(rows: list[Row], first: date) -> None:
    kept = since(rows, first)
    assert sum(row.debit - row.credit for row in kept) == sum(row.debit - row.credit for row in rows)


@given(DAYS, GROSZE, st.integers(0, 500))
def test_paid_in_time_costs_nothing_and_late_never_less_than_nothing(day: date, grosze: int, after: int) -> None:
    document = Document(
        Row("1", "charge", "rent", day, day, grosze, 0), grosze, [(day + timedelta(days=after), grosze)]
    )
    found = reckoned(document, RATES, TODAY)
    in_time = day + timedelta(days=after) <= last_day(day)
    assert found.grosze >= 0 and (found.spans == ()) == in_time


@given(DAYS, GROSZE, st.lists(st.tuples(DAYS, GROSZE), max_size=4), st.lists(DAYS, max_size=6))
def test_splitting_the_days_never_changes_the_sum(
    day: date, grosze: int, parts: list[tuple[date, int]], cuts: list[date]
) -> None:
    """A table that repeats the rate on more days cuts more spans; what they add up to stays the same to the grosz,
    and so does a sum reckoned day by day."""
    left, payments = grosze, []
    for on, part in parts:
        payments.append((on, min(left, part)))
        left -= payments[-1][1]
    document = Document(Row("1", "charge", "rent", day, day, grosze, 0), grosze, payments)
    more = sorted({rate.from_on: rate for rate in [*(Rate(cut, _percent(cut)) for cut in cuts), *RATES]}.values(),
                  key=lambda rate: rate.from_on)  # fmt: skip
    found, split = reckoned(document, RATES, TODAY), reckoned(document, more, TODAY)
    assert split.grosze == found.grosze and len(split.spans) >= len(found.spans)
    assert found.grosze == rounded(_day_by_day(document))
    shown = sum(span.ten_thousandths for span in found.spans)
    assert abs(shown - found.grosze * 100) <= 50 + len(found.spans) / 2, "the lines shown explain the sum"


@given(DAYS, GROSZE, st.dates(date(2024, 1, 1), TODAY))
def test_interest_only_grows_until_somebody_pays(day: date, grosze: int, until: date) -> None:
    document = Document(Row("1", "charge", "rent", day, day, grosze, 0), grosze)
    assert reckoned(document, RATES, until).grosze <= reckoned(document, RATES, until + ONE).grosze


@pytest.mark.parametrize(("exact", "grosze"), [("0", 0), ("1/2", 1), ("499/1000", 0), ("3/2", 2), ("5/2", 3)])
def test_half_a_grosz_is_a_grosz(exact: str, grosze: int) -> None:
    assert rounded(Fraction(exact)) == grosze


def _percent(day: date) -> Decimal:
    return next(rate.percent for rate in reversed(RATES) if rate.from_on <= day)


def _day_by_day(document: Document) -> Fraction:
    assert document.row.due_on is not None
    day, sum_ = last_day(document.row.due_on) + ONE, Fraction(0)
    while day <= TODAY:
        base = document.amount - sum(grosze for on, grosze in document.payments if on < day)
        sum_ += base * Fraction(_percent(day)) / 36500
        day += ONE
    return sum_


def test_a_newest_rate_of_long_ago_is_doubtful_and_one_to_come_does_not_count_yet() -> None:
    newest = Rate(date(2025, 12, 4), Decimal("9.5"))
    known = (Rate(date(2025, 11, 6), Decimal("9.75")), newest, Rate(date(2026, 12, 1), Decimal("9")))
    assert doubtful_since(known, date(2025, 12, 31)) is None
    assert doubtful_since(known, newest.from_on + timedelta(days=STALE_DAYS)) is None
    assert doubtful_since(known, newest.from_on + timedelta(days=STALE_DAYS + 1)) == newest.from_on
    assert doubtful_since(known, date(2026, 11, 30)) == newest.from_on
    assert doubtful_since(known, date(2026, 12, 1)) is None
    assert doubtful_since((), date(2026, 1, 1)) is None
