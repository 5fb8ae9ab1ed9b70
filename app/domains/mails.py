"""Letters about a domain whose proof is gone: to the manager's administrators, and to operators."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.accounts.administrators import ADMINISTRATORS
from app.core.language import lazy_gettext as _l
from app.core.runtime import settings
from app.domains import rules
from app.domains.queries import Claim
from app.operators import telling
from app.outbox import letters
from app.outbox.commands import post_set
from tenants.registry import Tenant

MISSING, ENDED, OPERATORS = "domain_missing", "domain_ended", "domain_operators"
letters.register(letters.Kind(MISSING, _l("Własna domena portalu: nie widać dowodu"), lane="urgent"))
letters.register(letters.Kind(ENDED, _l("Portal nie działa już pod własną domeną"), lane="urgent"))
letters.register(letters.Kind(OPERATORS, _l("Domena zarządcy bez dowodu"), lane="urgent"))


def tell_administrators(tenant: Tenant, found: Claim, since: date, *, ended: bool) -> int:
    """Write to the bound manager's administrators, once of each absence; returns to how many."""
    subdomain = f"{tenant.slug}.{settings().base_domain}"
    context = _facts(found, since) | {
        "subdomain": subdomain,
        # not by the domain itself, which may lead elsewhere by now
        "link": settings().url(subdomain, "/admin/address"),
    }
    cause = f"domain:{'ended' if ended else 'missing'}:{found.public_id}:{since.isoformat()}"
    return post_set(ENDED if ended else MISSING, cause, context, ADMINISTRATORS, {})


def tell_operators(tenant: Tenant, found: Claim, since: date, *, ended: bool) -> None:
    """Ask for a letter to each operator. Unbound."""
    context = _facts(found, since) | {
        "manager": tenant.name,
        "ended": ended,
        "link": settings().url(f"console.{settings().base_domain}", f"/tenants/{tenant.slug}/domains"),
    }
    telling.tell(OPERATORS, f"domain:{found.public_id}:{since.isoformat()}:{ended}", context)


def _facts(found: Claim, since: date) -> dict[str, Any]:
    return {
        "host": found.host,
        "record": found.record,
        "value": found.value,
        "since": f"{since:%d.%m.%Y}",
        "until": f"{rules.last_day(since):%d.%m.%Y}",
    }
