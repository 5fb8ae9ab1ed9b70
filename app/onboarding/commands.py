"""Opening, exporting, restoring and deleting managers. Needs the owner's database login: command line and workers."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from app.accounts import commands as accounts
from app.accounts import mails
from app.accounts import rules as passwords
from app.accounts.models import Account
from app.billing import ending
from app.core import audit, work
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, NotThere, Refused, TryLater
from app.core.language import gettext as _
from app.core.runtime import settings
from app.gateways.files import files
from app.gateways.payments.client import Rejected
from app.office import commands as office
from app.onboarding import restoring
from app.operators import queries, rules
from app.operators.commands import ADMIN_LOGIN, activation_address, admin_address
from app.operators.queries import only_operators
from config.settings import libpq_url
from tenants import archive, provisioning
from tenants.archive import BadArchive, Manifest
from tenants.context import bind
from tenants.db import db
from tenants.errors import ProvisioningFailed, UnknownTenant
from tenants.migrating import Outcome, head_revision, migrate
from tenants.registry import Tenant

log = structlog.get_logger("osiedle.onboarding")
_AUDIT = text(
    "INSERT INTO platform.audit_entries (actor_kind, actor, action, subject, detail) "
    "VALUES (:kind, :actor, :action, :subject, CAST(:detail AS jsonb))"
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A manager that is ready. `activation_url` is None when its administrator was given a password."""

    slug: str
    url: str
    admin_login: str
    activation_url: str | None


def open_manager(
    actor: Actor,
    slug: str,
    name: str,
    kind: str,
    admin_email: str,
    admin_password: str | None = None,
    *,
    post: bool = True,
) -> Opened:
    """Make a manager with its profile and first administrator in one transaction, then post the first letter.

    A letter that cannot be posted undoes nothing. Raises `Refused` with the field at fault, `Conflict` for a
    slug that is taken, `ProvisioningFailed`.
    """
    only_operators(actor)
    wanted, name, kind = rules.chosen_slug(slug), rules.chosen_name(name), rules.chosen_kind(kind)
    email = admin_address(admin_email)
    if admin_password is not None:
        passwords.checked_password(admin_password, login=ADMIN_LOGIN, tenant_name=name, field="admin_password")
    secrets: list[str | None] = []

    def seed(session: Session) -> None:
        secrets.append(first_rows(session, name=name, kind=kind, email=email, password=admin_password))
        witness(session.connection(), actor, "tenant.opened", wanted, name=name, kind=kind)

    tenant = provisioned(wanted, name, kind, seed)
    secret = secrets[-1]
    if secret is None:
        return Opened(tenant.slug, settings().url(tenant.host), ADMIN_LOGIN, None)
    if post:
        _without_undoing(lambda: _first_letter(tenant, secret))
    link = settings().url(tenant.host, mails.activation_path(secret))
    return Opened(tenant.slug, settings().url(tenant.host), ADMIN_LOGIN, link)


def provisioned(slug: str, name: str, kind: str, seed: provisioning.Seed) -> Tenant:
    """Make the tenant. Raises `Conflict` for a slug that is taken, `ProvisioningFailed`."""
    try:
        return provisioning.provision(
            settings().database_url, slug=slug, name=name, kind=kind, base_domain=settings().base_domain,
            contact={"name": name}, seed=seed,
        )  # fmt: skip
    except provisioning.SlugTaken as error:
        raise Conflict(str(error), field="slug") from error


def first_rows(session: Session, *, name: str, kind: str, email: str, password: str | None) -> str | None:
    """The rows without which a portal cannot be used; returns the secret of the activation link, if any."""
    office.found(session, name=name, kind=kind)
    return accounts.found(session, login=ADMIN_LOGIN, email=email, password=password)


def post_first_letter(tenant: Tenant) -> None:
    """Post the administrator's activation letter unless it was posted before, and commit.

    For a tenant whose first secret nobody knows any more: the link in the letter is a new one.
    """
    with bind(tenant):
        account = db.session.scalars(
            select(Account).where(Account.login_key == ADMIN_LOGIN).with_for_update()
        ).one_or_none()
        if account is None or account.password_hash is not None or _posted(account):
            return
        link = activation_address(account.id)
        mails.activation(account, link.rsplit("/", 1)[1], now() + passwords.ACTIVATION_LIFE)
        work.commit()


def _first_letter(tenant: Tenant, secret: str) -> None:
    with bind(tenant):
        account = db.session.scalars(select(Account).where(Account.login_key == ADMIN_LOGIN)).one()
        mails.activation(account, secret, now() + passwords.ACTIVATION_LIFE)
        work.commit()


def _posted(account: Account) -> bool:
    found = db.session.scalar(
        text("SELECT true FROM outbox_items WHERE letter = 'activation' AND recipient_key = :key LIMIT 1"),
        {"key": f"account:{account.public_id}"},
    )
    return found is True


def _without_undoing(post: Callable[[], None]) -> None:
    try:
        post()
    except Exception as error:  # the manager exists; a letter can be asked for again
        log.warning("first letter not posted", error=f"{type(error).__name__}: {error}".splitlines()[0])


def witness(connection: Connection, actor: Actor, action: str, subject: str, **detail: Any) -> None:
    """Write a line of the platform's audit log in the owner's own transaction."""
    connection.execute(
        _AUDIT,
        {
            "kind": actor.kind,
            "actor": actor.login,
            "action": action,
            "subject": subject,
            "detail": json.dumps(detail, ensure_ascii=False),
        },
    )


def export_manager(actor: Actor, slug: str, target: Path) -> Manifest:
    """Write a manager's archive to `target`. Raises `NotThere`, `Refused` when the file cannot be written."""
    only_operators(actor)
    tenant = queries.tenant(slug)
    if not target.parent.is_dir():
        raise Refused(_("Nie ma folderu „%(folder)s”.", folder=str(target.parent)))
    try:
        manifest = archive.export(
            libpq_url(settings().database_url), tenant.slug, target,
            storage=files(), leave_out=restoring.LEFT_OUT,
        )  # fmt: skip
    except UnknownTenant as error:
        raise NotThere(_("Nie ma zarządcy o subdomenie „%(slug)s”.", slug=slug)) from error
    except OSError as error:
        raise Refused(_("Nie da się zapisać „%(path)s”: %(why)s.", path=str(target), why=error.strerror)) from error
    audit.record(actor, "tenant.exported", tenant.slug, rows=manifest.rows, files=len(manifest.files))
    return manifest


def restore_manager(actor: Actor, source: Path, slug: str | None = None) -> tuple[Tenant, list[Outcome]]:
    """Make a new manager of an archive and bring its schema to the newest revision.

    Raises `Refused` with a sentence for a file that cannot be used, `Conflict`, `ProvisioningFailed`.
    """
    only_operators(actor)
    owner = settings().database_url
    try:
        wanted = rules.chosen_slug(slug or archive.read_manifest(source).slug)
    except BadArchive as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(_("Nie da się odczytać „%(path)s”: %(why)s.", path=str(source), why=error.strerror)) from error

    def settle(session: Session) -> None:
        restoring.settle(session)
        witness(session.connection(), actor, "tenant.restored", wanted, archive=source.name)

    try:
        tenant = archive.restore(
            owner, source, slug=wanted, base_domain=settings().base_domain, storage=files(), settle=settle
        )
    except provisioning.SlugTaken as error:
        raise Conflict(f"{error} {_('Podaj inną przez --as.')}", field="slug") from error
    except (BadArchive, ValueError) as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(_("Nie da się odczytać „%(path)s”: %(why)s.", path=str(source), why=error.strerror)) from error
    outcomes = migrate(libpq_url(owner), [tenant.slug]) if tenant.revision != head_revision() else []
    return tenant, outcomes


def delete_manager(actor: Actor, slug: str, confirmation: str) -> None:
    """Remove a suspended manager with all its data and files, for good; the audit line is in the same transaction.

    Its subscription at Stripe is ended first: nobody who is gone is charged. Raises `Refused` when the confirmation
    differs, `Conflict` when it is not suspended or Stripe cannot be asked now, `NotThere`.
    """
    only_operators(actor)
    tenant = queries.tenant(slug)
    if confirmation != tenant.slug:
        raise Refused(_("Potwierdzenie jest inne niż subdomena; niczego nie usunięto."))
    detail = {"name": tenant.name, "schema": tenant.schema}
    if tenant.suspended:
        _charged_no_more(actor, tenant.id)
    try:
        provisioning.remove(
            settings().database_url,
            tenant.slug,
            suspended_only=True,
            witness=lambda connection: witness(connection, actor, "tenant.deleted", tenant.slug, **detail),
        )
    except provisioning.Busy as error:
        raise Conflict(_("U tego zarządcy trwa jeszcze praca, na przykład import. Spróbuj za chwilę.")) from error
    except provisioning.NotSuspended as error:
        raise Conflict(_("Usunąć można tylko wstrzymanego zarządcę: najpierw tenants suspend.")) from error
    except UnknownTenant as error:
        raise NotThere(_("Nie ma zarządcy o subdomenie „%(slug)s”.", slug=slug)) from error
    files().clear(tenant.schema)


def _charged_no_more(actor: Actor, tenant_id: int) -> None:
    try:
        ending.end(actor, tenant_id)
    except (TryLater, Rejected) as error:
        log.warning("subscription of a manager that goes was not ended", tenant_id=tenant_id, error=str(error))
        raise Conflict(_("Stripe nie zakończył jeszcze subskrypcji tego zarządcy. Spróbuj za chwilę.")) from error


__all__ = [
    "Opened",
    "ProvisioningFailed",
    "delete_manager",
    "export_manager",
    "first_rows",
    "open_manager",
    "post_first_letter",
    "provisioned",
    "restore_manager",
    "witness",
]
