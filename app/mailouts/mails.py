"""Letters to staff about mailouts."""

from __future__ import annotations

from sqlalchemy import text

from app.core.actor import GRANTS, Can
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.mailouts.models import Mailout
from app.office.queries import profile
from app.outbox import letters
from app.outbox.commands import post
from tenants.db import db

OUTGROWN = "mailout_outgrown"
letters.register(letters.Kind(OUTGROWN, _l("Wysyłka czeka na drugą osobę"), lane="urgent"))
_ROLES = sorted(role.value for role, rights in GRANTS.items() if Can.SEND_MAILOUTS in rights)
# Who looks after some buildings only does not send to others.
_STAFF = text(
    "SELECT public_id, login, email::text AS email, locale FROM accounts a WHERE role = ANY(:roles) "
    "AND status = 'active' AND email IS NOT NULL "
    "AND (id = :launcher OR NOT EXISTS (SELECT FROM staff_scopes s WHERE s.account_id = a.id)) ORDER BY id"
)


def tell_outgrown(row: Mailout, before: int, limit: int) -> None:
    """Those who may let a scheduled mailout go, and who launched it: it has more recipients now than one may send to.

    `before` is how many it had when it was launched, `limit` above how many a second person must agree.
    """
    for one in db.session.execute(_STAFF, {"roles": _ROLES, "launcher": row.launcher}):
        post(
            OUTGROWN,
            f"outgrown:{row.public_id}",
            f"account:{one.public_id}",
            one.email,
            one.login,
            {
                "title": row.subject or row.sms_text[:80],
                "before": before,
                "now": row.recipients,
                "limit": limit,
                "link": external(f"/admin/mailouts/{row.public_id}"),
            },
            locale=one.locale or profile().locale,
        )
