"""The real doors through which demo managers are loaded. An application context must be open."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select

from app.accounts import commands as accounts
from app.accounts import rules as passwords
from app.accounts.models import Account
from app.core import work
from app.core.actor import system
from app.core.errors import Conflict, Refused
from app.demo.commands import Doors, Plan
from app.demo.logins import ADMIN_EMAIL, Login
from app.imports import commands as imports
from app.office import commands as office
from app.onboarding import commands as onboarding
from app.operators import commands as operators
from app.operators import queries
from config.settings import DEMO_PASSWORD
from tenants.context import Mode, bind
from tenants.db import db

ACTOR = system("cli")


def real_doors() -> Doors:
    """Doors to this process's database."""
    return Doors(_loaded, _open_manager, _import_package, _open_accounts, _open_operator)


def _loaded(slug: str) -> bool:
    tenant = queries.registry().by_slug(slug)
    if tenant is None:
        return False
    with bind(tenant):
        first = select(Account.id).where(Account.login_key == passwords.normal_form("L000001"))
        return db.session.scalar(first) is not None


def _open_manager(plan: Plan) -> None:
    if queries.registry().by_slug(plan.slug) is None:
        onboarding.open_manager(ACTOR, plan.slug, plan.name, plan.profile.kind, ADMIN_EMAIL, DEMO_PASSWORD)
    with bind(queries.tenant(plan.slug)):
        office.update_profile(ACTOR, **plan.profile.office())
        work.commit()


def _import_package(slug: str, path: Path) -> None:
    with bind(queries.tenant(slug), Mode.BULK):
        public_id = imports.begin(ACTOR, path, mode="snapshot", dry_run=False).public_id
        work.commit()
        report = imports.run(public_id, path)
    if report.status not in ("published", "unchanged"):
        errors = report.as_dict()["errors"]
        raise Refused(errors[0]["message"] if errors else report.status)


def _open_accounts(slug: str, logins: Sequence[Login]) -> None:
    """Units follow the books, so an account is no more than a login, an address and a person."""
    # One hash for all: hundreds of deliberately slow ones would take a minute, and the password is public.
    password_hash = passwords.hashed(DEMO_PASSWORD)
    rows = [accounts.NewAccount(each.login, email=each.email, person_code=each.login) for each in logins]
    with bind(queries.tenant(slug)):
        accounts.create_many(ACTOR, rows, password_hash)
        work.commit()


def _open_operator(email: str) -> None:
    try:
        operators.create_operator(ACTOR, email, DEMO_PASSWORD)
        work.commit()
    except Conflict:
        work.rollback()
