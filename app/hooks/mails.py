"""The letter to the manager's administrators when an address is not called any more."""

from __future__ import annotations

from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.core.public_ids import new_public_id
from app.hooks.models import Webhook
from app.outbox import letters
from app.outbox.commands import post_set

LETTER = "webhook_disabled"
letters.register(letters.Kind(LETTER, _l("Program przestał odbierać zdarzenia z portalu")))
_ADMINS = (
    "SELECT 'account:' || a.id AS recipient_key, a.email AS address, a.login AS name, "
    "coalesce(a.locale, 'pl') AS locale, '{}'::jsonb AS context FROM accounts a "
    "WHERE a.role = 'admin' AND a.status = 'active' AND a.email <> '' "
    "AND NOT EXISTS (SELECT FROM staff_scopes s WHERE s.account_id = a.id)"
)


def disabled(webhook: Webhook) -> int:
    """Write to the administrators that an address was disabled, and why; returns to how many."""
    context = {
        "name": webhook.name,
        "gone": webhook.reason == "gone",
        "link": external(f"/admin/webhooks/{webhook.public_id}"),
    }
    return post_set(LETTER, f"webhook:{webhook.public_id}:{new_public_id()}", context, _ADMINS, {})
