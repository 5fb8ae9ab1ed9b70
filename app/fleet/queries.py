"""The list of managers, out of the registry and the gathered figures: one SELECT, however many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select

from app.billing.models import BillingAccount
from app.core.actor import Actor
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.fleet import plans, problems
from app.fleet.figures import Figures
from app.fleet.models import PlanLimits
from app.fleet.models import TenantFigures as F
from app.operators.queries import only_operators
from tenants.db import db
from tenants.models import TenantRow as T

PAGE_SIZE = 50
STATUSES = ("active", "suspended")
SORTS = ("name", "problems", "units", "import", "mailout", "room", "newest")
#: `problem=any` of the list: those with whatever problem.
ANY = "any"
_FIELDS = tuple(Figures.__dataclass_fields__)
# Polish letters sort beside those that they are made of.
_MARKED, _PLAIN = "ąćęłńóśźż", "acelnoszz"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list was asked for; unknown words are taken for nothing asked."""

    q: str = ""
    status: str = ""
    problem: str = ""
    plan: str | None = None
    sort: str = "name"

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Asked:
        """As an address names it. `plan=-` asks for those without one."""
        problem, plan = given.get("problem", ""), given.get("plan", "")
        return cls(
            given.get("q", "").replace("\0", "").strip()[:100],
            given["status"] if given.get("status") in STATUSES else "",
            problem if problem in problems.LABELS or problem == ANY else "",
            plans.NONE if plan == "-" else plan if plan in plans.PLANS else None,
            given["sort"] if given.get("sort") in SORTS else "name",
        )

    def words(self) -> dict[str, str]:
        """The same for an address, without what is nothing."""
        plan = "" if self.plan is None else self.plan or "-"
        found = {"q": self.q, "status": self.status, "problem": self.problem, "plan": plan}
        return {name: value for name, value in found.items() if value} | (
            {} if self.sort == "name" else {"sort": self.sort}
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A manager in the list. `figures` is None where none were gathered yet; `problems` are names of `problems.LABELS`;
    `standing` says what the manager's staff may do."""

    slug: str
    name: str
    kind: str
    status: str
    standing: str
    plan: str
    revision: str
    created_at: datetime
    figures: Figures | None
    problems: tuple[str, ...]


def managers(actor: Actor, asked: Asked, number: int = 1) -> Page[Line]:
    """One page of the managers. Raises `NotThere`."""
    only_operators(actor)
    wanted = _chosen(select(func.count()).select_from(T), asked)
    total = db.session.scalar(wanted) or 0
    found = problems.conditions()
    columns = (T.slug, T.name, T.kind, T.status, T.standing, plans.PLAN.label("plan"), T.revision, T.created_at)
    flags = [condition.label(f"is_{name}") for name, condition in found.items()]
    statement = _chosen(select(*columns, *(getattr(F, name) for name in _FIELDS), *flags).select_from(T), asked)
    ordered = statement.order_by(*_order(asked.sort), T.id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page([_line(row._asdict()) for row in db.session.execute(ordered)], number, PAGE_SIZE, total)


def tallies(actor: Actor) -> dict[str, int]:
    """How many managers there are (`all`), are served (`active`), have problems (`any`), and each of them."""
    only_operators(actor)
    found = problems.conditions()
    counts = [func.count().filter(condition).label(name) for name, condition in found.items()]
    some = func.count().filter(problems.any_of(found)).label(ANY)
    active = func.count().filter(T.status == "active").label("active")
    sums = (func.sum(F.units).label("units"), func.sum(F.files_size + F.tables_size).label("room"))
    gathered = func.count(F.tenant_id).label("gathered")
    columns: list[Any] = [func.count().label("all"), active, some, gathered, *sums, *counts]
    statement = _joined(select(*columns).select_from(T))
    return {name: int(value or 0) for name, value in db.session.execute(statement).one()._asdict().items()}


def line(actor: Actor, slug: str) -> Line:
    """The manager of this slug as the list has it. Raises `NotThere`."""
    only_operators(actor)
    found = problems.conditions()
    columns = (T.slug, T.name, T.kind, T.status, T.standing, plans.PLAN.label("plan"), T.revision, T.created_at)
    flags = [condition.label(f"is_{name}") for name, condition in found.items()]
    chosen: Select[Any] = select(*columns, *(getattr(F, name) for name in _FIELDS), *flags).select_from(T)
    row = db.session.execute(_joined(chosen).where(T.slug == slug)).one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiego zarządcy."))
    return _line(row._asdict())


@dataclass(frozen=True, slots=True)
class Busy:
    """A manager with work that is not done, or letters that are not sent or failed, as gathered."""

    slug: str
    name: str
    status: str
    figures: Figures


def with_work(actor: Actor, number: int = 1) -> Page[Busy]:
    """One page of the managers with work that is not done, failed work first. Raises `NotThere`."""
    some = (F.jobs_failed + F.jobs_waiting + F.jobs_running) > 0
    return _busy(actor, number, some, (F.jobs_failed.desc(), F.jobs_since.asc().nulls_last()))


def with_letters(actor: Actor, number: int = 1) -> Page[Busy]:
    """One page of the managers with letters of the last week, or that wait, those with trouble first."""
    some = (F.letters_sent + F.letters_waiting + F.letters_failed + F.letters_held) > 0
    return _busy(actor, number, some, (F.letters_held.desc(), F.letters_failed.desc(), F.letters_waiting.desc()))


def with_failing_hooks(actor: Actor) -> Page[Busy]:
    """The first of the managers whose addresses failed in the last day or are off, worst first. Raises `NotThere`."""
    some = (F.hooks_off + F.hooks_failing + F.hooks_failed) > 0
    return _busy(actor, 1, some, (F.hooks_off.desc(), F.hooks_failing.desc(), F.hooks_failed.desc()))


def sums(actor: Actor) -> dict[str, int]:
    """The gathered figures of all managers, added up, by name."""
    only_operators(actor)
    names = [name for name in _FIELDS if name.startswith(("jobs_", "letters_")) and not name.endswith("_since")]
    names += ["hooks", "hooks_off", "hooks_failing", "hooks_failed"]
    row = db.session.execute(select(*(func.sum(getattr(F, name)).label(name) for name in names))).one()
    return {name: int(value or 0) for name, value in row._asdict().items()}


def _busy(actor: Actor, number: int, some: Any, order: tuple[Any, ...]) -> Page[Busy]:
    only_operators(actor)
    base = select(T.slug, T.name, T.status, *(getattr(F, name) for name in _FIELDS)).join(F, F.tenant_id == T.id)
    total = db.session.scalar(select(func.count()).select_from(F).where(some)) or 0
    rows = db.session.execute(
        base.where(some).order_by(*order, T.slug).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    )
    found = [
        Busy(row.slug, row.name, row.status, Figures(**{name: getattr(row, name) for name in _FIELDS})) for row in rows
    ]
    return Page(found, number, PAGE_SIZE, total)


def _joined(statement: Select[Any]) -> Select[Any]:
    return (
        statement.outerjoin(F, F.tenant_id == T.id)
        .outerjoin(BillingAccount, BillingAccount.tenant_id == T.id)
        .outerjoin(PlanLimits, PlanLimits.plan == plans.PLAN)
    )


def _chosen(statement: Select[Any], asked: Asked) -> Select[Any]:
    statement = _joined(statement)
    if asked.q:
        words = asked.q.lower().translate(str.maketrans(_MARKED, _PLAIN))
        for word in words.split()[:8]:
            statement = statement.where(_plain(T.name + " " + T.slug).contains(word, autoescape=True))
    if asked.status:
        statement = statement.where(T.status == asked.status)
    if asked.plan is not None:
        statement = statement.where(plans.PLAN == asked.plan)  # noqa: SIM300
    if asked.problem:
        found = problems.conditions()
        wanted = problems.any_of(found) if asked.problem == ANY else found[asked.problem]
        statement = statement.where(wanted)
    return statement


def _plain(column: Any) -> Any:
    return func.translate(func.lower(column), _MARKED, _PLAIN)


def _order(sort: str) -> tuple[Any, ...]:
    by_name = (_plain(T.name), T.slug)
    if sort == "problems":
        found = problems.conditions()
        grave = [name for name, (_label, kind) in problems.LABELS.items() if kind == "bad"]
        weights = [case((condition, 100 if name in grave else 1), else_=0) for name, condition in found.items()]
        total: Any = weights[0]
        for weight in weights[1:]:
            total = total + weight
        return (total.desc(), *by_name)
    return {
        "name": by_name,
        "units": (F.units.desc().nulls_last(), *by_name),
        "import": (F.last_import_at.asc().nulls_first(), *by_name),
        "mailout": (F.last_mailout_at.asc().nulls_first(), *by_name),
        "room": ((F.files_size + F.tables_size).desc().nulls_last(), *by_name),
        "newest": (T.created_at.desc(), *by_name),
    }[sort]


def _line(row: dict[str, Any]) -> Line:
    figures = Figures(**{name: row[name] for name in _FIELDS}) if row["gathered_at"] else None
    return Line(
        row["slug"], row["name"], row["kind"], row["status"], row["standing"], row["plan"], row["revision"],
        row["created_at"], figures, tuple(name for name in problems.LABELS if row[f"is_{name}"]),
    )  # fmt: skip
