"""Who answers for the manager's portal: whom the platform writes to."""

from __future__ import annotations

#: Recipients for `outbox.commands.post_set`: active administrators with an address who see all buildings.
ADMINISTRATORS = (
    "SELECT 'account:' || a.id AS recipient_key, a.email AS address, a.login AS name, "
    "coalesce(a.locale, 'pl') AS locale, '{}'::jsonb AS context FROM accounts a "
    "WHERE a.role = 'admin' AND a.status = 'active' AND a.email <> '' "
    "AND NOT EXISTS (SELECT FROM staff_scopes s WHERE s.account_id = a.id)"
)
