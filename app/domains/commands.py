"""Claiming, proving, choosing and giving up domains."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core import audit, throttle
from app.core.actor import Actor, Can
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.core.runtime import settings
from app.domains import queries, rules
from app.domains.queries import Claim
from app.gateways import dns
from app.operators.queries import tenant as manager
from tenants.bound import current
from tenants.db import PLATFORM, db
from tenants.registry import Tenant

LOOKS, WINDOW = 30, 600
_CLAIM = text(
    "INSERT INTO platform.domain_claims (public_id, tenant_id, host, token, asked_by) "
    "VALUES (:id, :tenant, :host, :token, :who) ON CONFLICT (tenant_id, host) DO NOTHING RETURNING id"
)
_ACTIVATE = text("INSERT INTO platform.domains (host, tenant_id) VALUES (:host, :tenant)")
_OUTCOME = text("UPDATE platform.domain_claims SET outcome = :outcome, checked_at = now() WHERE public_id = :id")
_BACK = text(
    "UPDATE platform.domain_claims SET missing_nights = 0, missing_since = NULL, missing_night = NULL, told_at = NULL, "
    "withdrawn_at = NULL WHERE public_id = :id"
)
_REMOVE = (
    text("DELETE FROM platform.domains WHERE host = :host AND tenant_id = :tenant"),
    text("DELETE FROM platform.domain_claims WHERE host = :host AND tenant_id = :tenant"),
)
_NO_MAIN = text("UPDATE platform.domains SET main = false WHERE tenant_id = :tenant AND main")
_MAIN = text("UPDATE platform.domains SET main = true WHERE tenant_id = :tenant AND host = :host RETURNING id")


def claim(actor: Actor, slug: str, typed: str) -> None:
    """Note that a host is a manager's, which is still to be proved. Raises `NotThere`, `Refused` on field `host`."""
    tenant = _for_operator(actor, slug)
    host = rules.checked_host(typed, settings().base_hostname)
    if len(queries.claims(actor, tenant.id)) >= rules.MOST:
        raise Refused(_("Zarządca może mieć najwyżej %(most)d domen.", most=rules.MOST), field="host")
    values = {
        "id": new_public_id(), "tenant": tenant.id, "host": host, "token": new_public_id(), "who": actor.login,
    }  # fmt: skip
    with db.engines[PLATFORM].begin() as connection:
        if connection.execute(_CLAIM, values).first() is None:
            raise Conflict(_("Ta domena jest już na liście."), field="host")
    audit.record(actor, "domain.claimed", tenant.slug, host=host)


def activate(actor: Actor, slug: str, public_id: str) -> None:
    """Look for the proof in the DNS now and switch the domain on. Raises `NotThere`, `Conflict`, `Refused`.

    The DNS is asked outside of any transaction.
    """
    tenant = _for_operator(actor, slug)
    found = _one(actor, tenant, public_id)
    if throttle.count(f"domains:{tenant.id}", WINDOW) > LOOKS:
        raise Refused(_("Za dużo sprawdzeń. Spróbuj za kilka minut."))
    db.session.rollback()
    outcome = look(found)
    if outcome == "proved" and not found.active:
        try:
            with db.engines[PLATFORM].begin() as connection:
                connection.execute(_ACTIVATE, {"host": found.host, "tenant": tenant.id})
        except IntegrityError:
            outcome = "taken"
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(_OUTCOME, {"outcome": outcome, "id": public_id})
        if outcome == "proved":
            connection.execute(_BACK, {"id": public_id})
    if outcome == "missing":
        raise Refused(_("Nie widać jeszcze rekordu TXT. Po zmianie w DNS może minąć do godziny."))
    if outcome == "unanswered":
        raise Refused(_("Serwer DNS tej domeny nie odpowiada. Spróbuj za chwilę."))
    if outcome == "taken":
        raise Conflict(_("Ta domena działa już u innego zarządcy."))
    audit.record(actor, "domain.activated", tenant.slug, host=found.host)


def remove(actor: Actor, slug: str, public_id: str) -> None:
    """Give up a domain: its host is unknown from the next request on. Raises `NotThere`."""
    tenant = _for_operator(actor, slug)
    found = _one(actor, tenant, public_id)
    with db.engines[PLATFORM].begin() as connection:
        for statement in _REMOVE:
            connection.execute(statement, {"host": found.host, "tenant": tenant.id})
    audit.record(actor, "domain.removed", tenant.slug, host=found.host)


def choose(actor: Actor, typed: str) -> None:
    """Have links of the bound tenant lead to one of its active domains, or with nothing to its subdomain.

    Raises `NotThere`, `Refused` on field `host`.
    """
    if not (actor.kind == "account" and actor.is_staff and actor.may(Can.MANAGE_STAFF)):
        raise NotThere("")
    mine, host = current().id, typed.strip().lower()
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(_NO_MAIN, {"tenant": mine})
        if host and connection.execute(_MAIN, {"tenant": mine, "host": host}).first() is None:
            raise Refused(_("Wybierz jeden z adresów z listy."), field="host")
    audit.record(actor, "domain.main_chosen", host or current().slug)


def look(found: Claim) -> str:
    """`proved`, `missing`, or `unanswered` when the DNS is in trouble. Outside of any transaction."""
    try:
        return "proved" if rules.proves(dns.txt(found.record), found.token) else "missing"
    except dns.Unanswered:
        return "unanswered"


def _one(actor: Actor, tenant: Tenant, public_id: str) -> Claim:
    for one in queries.claims(actor, tenant.id):
        if one.public_id == public_id:
            return one
    raise NotThere(_("Nie ma takiej domeny."))


def _for_operator(actor: Actor, slug: str) -> Tenant:
    if not actor.is_operator:
        raise NotThere("")
    return manager(slug)
