"""Month after month of one unit: the events of its books in order, and what each of them books."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import itemgetter
from random import Random

from app.demo import months
from app.demo.books import Book
from app.demo.estate import Unit
from app.demo.habits import Habit, Manner
from app.demo.metering import Settled
from app.demo.package import ACCOUNTS
from app.demo.people import Person

CHARGE_TITLES = {
    "rent": "Naliczenie opłat {}",
    "water": "Zaliczka na wodę i ścieki {}",
    "heat": "Zaliczka na centralne ogrzewanie {}",
    "repairs": "Fundusz remontowy {}",
}
SETTLED_TITLES = {
    "cold_water": "Rozliczenie zimnej wody i ścieków za rok {1}",
    "hot_water": "Rozliczenie ciepłej wody za rok {1}",
    "heat": "Rozliczenie centralnego ogrzewania za sezon {0}/{1}",
}
SETTLED_ACCOUNT_POOLS = {"cold_water": "cold", "hot_water": "hot", "heat": "heat"}
DAYS_TO_PAY = 14
Event = tuple[date, int, Callable[[date], None]]


@dataclass(frozen=True)
class Window:
    """The months of the books (`first` to `last`), today, the due day, the ledger account of each purse."""

    first: int
    last: int
    as_of: date
    due_day: int
    accounts: dict[str, str]


@dataclass
class Chronicle:
    """Writes the book of one unit.

    `charges` gives the grosze of each month by ledger account; `together` names the holder's other
    units when all are paid by one transfer.
    """

    window: Window
    unit: Unit
    holder: Person
    habit: Habit
    rng: Random
    charges: dict[int, dict[str, int]]
    settled: list[Settled]
    together: tuple[str, ...] = ()
    book: Book = field(init=False)
    _events: list[Event] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.book = Book(self.unit.code)

    def write(self) -> Book:
        """The whole book up to today, in the order of days."""
        self._open()
        for month in range(self.window.first, self.window.last + 1):
            self._plan(month)
        for settled in self.settled:
            self._plan_settlement(settled)
        for day, _, happen in sorted(self._events, key=itemgetter(0, 1)):
            if day > self.window.as_of:
                break
            happen(day)
        return self.book

    def _at(self, day: date, rank: int, happen: Callable[[date], None]) -> None:
        self._events.append((day, rank, happen))

    def _open(self) -> None:
        day = months.day_in(self.window.first, 1)
        if self.habit.manner is Manner.ON_TIME:
            balance = -self.rng.randint(1, 6_000) if self.rng.random() < 0.35 else 0
        else:
            balance = self.rng.randint(2_000, 45_000)
        title = f"Bilans otwarcia na dzień {day:%d.%m.%Y}"
        self.book.post("opening", "rent", day, balance, f"BO/{day.year}", title, day)

    def _plan(self, month: int) -> None:
        """Everything that an ordinary month brings, and what this unit's habit makes of it."""
        habit, back = self.habit, self.window.last - month + 1
        first = months.day_in(month, 1)
        self._at(first, 0, lambda day: self._charge(month))
        if habit.allowance:
            self._at(months.banking_day(first + timedelta(days=7)), 1, lambda day: self._allow(day, month))
        if back > habit.unpaid:
            self._plan_payment(month, back)
        if habit.manner is Manner.COURT and back == habit.unpaid - 6:
            self._at(first + timedelta(days=17), 1, self._sue)
        if month % 3 == 2:
            self._at(months.last_day(month), 9, self._note)
        if self.unit.index % 41 == 17 and back == 5:
            self._at(first + timedelta(days=18), 1, lambda day: self._correct(day, month))

    def _plan_payment(self, month: int, back: int) -> None:
        habit = self.habit
        usual = habit.manner is Manner.ON_TIME or self.rng.random() < 0.65
        due = months.day_in(month, self.window.due_day)
        day = months.banking_day(due + timedelta(days=habit.day if usual else -1))
        self._at(day, 3, lambda day: self._pay(day, month))
        if habit.doubled == back:
            self._at(months.banking_day(day + timedelta(days=1)), 4, lambda day: self._pay_again(day, month))
        if habit.returned == back:
            self._at(months.banking_day(day + timedelta(days=2)), 4, lambda day: self._give_back(day, month))
            self._at(months.banking_day(day + timedelta(days=9)), 5, lambda day: self._pay(day, month))

    def _plan_settlement(self, settled: Settled) -> None:
        day = months.day_in(settled.booked_in, 20)
        account = self.window.accounts[SETTLED_ACCOUNT_POOLS[settled.medium]]
        self._at(day, 2, lambda day: self._settle(day, settled, account))
        if not self.habit.standing:
            return
        if settled.balance > 0 and account != self.habit.disputes:
            paid = months.banking_day(day + timedelta(days=DAYS_TO_PAY - 3))
            self._at(paid, 3, lambda day: self._pay_settlement(day, settled, account))
        if settled.balance < 0 and self.unit.index % 5 < 2:
            moved = months.banking_day(day + timedelta(days=33))
            self._at(moved, 6, lambda day: self._move_surplus(day, account))

    def _charge(self, month: int) -> None:
        day, due = months.day_in(month, 1), months.day_in(month, self.window.due_day)
        slashed, named = months.slashed(month), months.period(month)
        document = f"NO/{slashed}/{self.unit.index + 1:05d}"
        for account, amount in self.charges[month].items():
            title = CHARGE_TITLES[account].format(slashed)
            self.book.debit("charge", account, day, amount, document, title, due, named)

    def _allow(self, day: date, month: int) -> None:
        title = f"Dodatek mieszkaniowy {months.slashed(month)}"
        document = f"MOPS/{months.slashed(month)}"
        self.book.credit("allowance", "rent", day, self.habit.allowance, document, title, months.period(month))

    def _transfer(self, month: int) -> dict[str, int]:
        """What the payer sends for a month, in grosze by ledger account."""
        if self.habit.standing:
            parts = dict(self.charges[month])
            parts["rent"] -= min(self.habit.allowance, parts["rent"])
            return {account: amount for account, amount in parts.items() if amount}
        parts = self.book.owed()
        short = -sum(parts.values()) % 1_000
        if self.habit.rounds and parts and short:
            parts["rent"] = parts.get("rent", 0) + short
        return parts

    def _title(self, month: int) -> str:
        if self.together:
            return f"Opłaty za lokale {' i '.join(self.together)} za {months.slashed(month)}"
        return self.habit.title_for(self.unit, self.holder, month)

    def _pay(self, day: date, month: int) -> None:
        title, named = self._title(month), months.period(month)
        for account, amount in self._transfer(month).items():
            self.book.credit("payment", account, day, amount, _statement(day), title, named)

    def _pay_again(self, day: date, month: int) -> None:
        """The same transfer again; nobody knew how to split it, so all of it went to the main account."""
        amount = sum(self.charges[month].values())
        title = f"{self._title(month)} (wpłata podwójna)"
        self.book.credit("payment", "rent", day, amount, _statement(day), title, months.period(month))

    def _give_back(self, day: date, month: int) -> None:
        title = f"Zwrot przelewu za {months.slashed(month)} – na zlecenie banku nadawcy"
        last = [row for row in self.book.rows if row[1] == "payment" and row[5] == months.period(month)]
        for row in last:
            amount = row[7]
            assert isinstance(amount, int)
            self.book.debit("correction", str(row[2]), day, amount, _statement(day), title, day, months.period(month))

    def _settle(self, day: date, settled: Settled, account: str) -> None:
        year = months.year_of(settled.last)
        title = SETTLED_TITLES[settled.medium].format(year - 1, year)
        due = day + timedelta(days=DAYS_TO_PAY)
        self.book.post("settlement", account, day, settled.balance, settled.number, title, due)

    def _pay_settlement(self, day: date, settled: Settled, account: str) -> None:
        title = f"Dopłata, rozliczenie {settled.number}"
        self.book.credit("payment", account, day, settled.balance, _statement(day), title)

    def _move_surplus(self, day: date, account: str) -> None:
        surplus = -self.book.balance.get(account, 0)
        if surplus <= 0 or account == "rent":
            return
        document = f"PK/{day:%m/%Y}/{self.unit.index + 1:05d}"
        title = f"Przeksięgowanie nadpłaty z konta „{ACCOUNTS[account]}” na konto „{ACCOUNTS['rent']}”"
        self.book.debit("correction", account, day, surplus, document, title, day)
        self.book.credit("correction", "rent", day, surplus, document, title)

    def _correct(self, day: date, month: int) -> None:
        title = f"Korekta opłaty za odpady – zmiana liczby osób od {months.slashed(month)}"
        document = f"KO/{day:%m/%Y}/{self.unit.index + 1:05d}"
        self.book.credit("correction", "rent", day, 3_600, document, title, months.period(month))

    def _sue(self, day: date) -> None:
        title = f"Koszty postępowania sądowego – nakaz zapłaty, sygn. akt I Nc {100 + self.unit.index}/{day:%y}"
        self.book.debit("charge", "rent", day, 24_700, f"KS/{day.year}/{self.unit.index + 1:05d}", title, day)

    def _note(self, day: date) -> None:
        quarter = ("I", "II", "III", "IV")[(day.month - 1) // 3]
        document = f"NOK/{quarter}/{day.year}/{self.unit.index + 1:05d}"
        title = f"Odsetki ustawowe za opóźnienie – {quarter} kwartał {day.year}"
        self.book.note_interest(day, document, title, day + timedelta(days=DAYS_TO_PAY))


def _statement(day: date) -> str:
    """The number of the bank statement of a day."""
    return f"WB/{day.timetuple().tm_yday:03d}/{day.year}"
