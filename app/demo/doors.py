"""The real doors through which demo managers are loaded. An application context must be open."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import select

from app.accounts import commands as accounts
from app.accounts import rules as passwords
from app.core import work
from app.core.actor import system
from app.core.clock import WARSAW, today
from app.core.errors import Conflict, Refused
from app.demo.commands import Doors, Plan
from app.demo.logins import ADMIN_EMAIL, Login
from app.demo.telling import tell_all, told
from app.estate.models import Occupancy, Person
from app.imports import commands as imports
from app.imports.models import Revision
from app.office import commands as office
from app.onboarding import commands as onboarding
from app.operators import commands as operators
from app.operators import queries
from app.registrations import commands as registrations
from app.registrations.rules import Wish
from config.settings import DEMO_PASSWORD
from tenants.context import Mode, bind
from tenants.db import db

ACTOR = system("cli")


def real_doors() -> Doors:
    """Doors to this process's database."""
    return Doors(_loaded, _open_manager, _import_package, _open_accounts, _tell, _open_operator)


def _loaded(slug: str) -> bool:
    tenant = queries.registry().by_slug(slug)
    if tenant is None:
        return False
    with bind(tenant):
        return told()


def _open_manager(plan: Plan) -> None:
    if queries.registry().by_slug(plan.slug) is None:
        onboarding.open_manager(ACTOR, plan.slug, plan.name, plan.profile.kind, ADMIN_EMAIL, DEMO_PASSWORD)
    with bind(queries.tenant(plan.slug)):
        office.update_profile(ACTOR, **plan.profile.office())
        work.commit()


def _import_package(slug: str, path: Path, night: date) -> None:
    with bind(queries.tenant(slug), Mode.BULK):
        public_id = imports.begin(ACTOR, path, mode="snapshot", dry_run=False).public_id
        work.commit()
        report = imports.run(public_id, path)
    if report.status not in ("published", "unchanged"):
        errors = report.as_dict()["errors"]
        raise Refused(errors[0]["message"] if errors else report.status)
    if night < today() and report.revision is not None:
        _date_back(slug, report.revision, night)


def _date_back(slug: str, revision: int, night: date) -> None:
    """Let a revision be published at eleven in the evening of that day, with the state of half an hour before."""
    published = datetime.combine(night, time(23), WARSAW)
    with bind(queries.tenant(slug)):
        found = db.session.get_one(Revision, revision)
        found.published_at, found.as_of = published, published - timedelta(minutes=30)
        work.commit()


def _open_accounts(slug: str, logins: Sequence[Login]) -> None:
    """Units follow the books, so an account is no more than a login, an address and a person."""
    # One hash for all: hundreds of deliberately slow ones would take a minute, and the password is public.
    password_hash = passwords.hashed(DEMO_PASSWORD)
    rows = [accounts.NewAccount(each.login, email=each.email, person_code=each.login) for each in logins]
    with bind(queries.tenant(slug)):
        accounts.create_many(ACTOR, rows, password_hash)
        _applications({each.login for each in logins})
        work.commit()


def _applications(known: set[str]) -> None:
    """Two people without an account brought a paper, so that the queue of applications has something to show."""
    held = select(Person.code, Person.first_name, Person.last_name, Occupancy.role, Occupancy.unit_code).where(
        Person.code == Occupancy.person_code, Person.until_revision.is_(None), Occupancy.until_revision.is_(None),
        Person.first_name.is_not(None), Person.last_name.is_not(None),
        Occupancy.to_on.is_(None), Person.code.not_in(known),
    )  # fmt: skip
    for row in db.session.execute(held.order_by(Person.code).limit(2)).all():
        wish = Wish(row.first_name, row.last_name, row.role, row.unit_code, None, None)
        paper = registrations.Paper(today(), "Okazano dowód osobisty.", True)
        registrations.record_paper(ACTOR, wish, paper, f"demo-{row.code}")


def _tell(slug: str, login: str) -> None:
    tell_all(queries.tenant(slug), login)


def _open_operator(email: str) -> None:
    try:
        operators.create_operator(ACTOR, email, DEMO_PASSWORD)
        work.commit()
    except Conflict:
        work.rollback()
