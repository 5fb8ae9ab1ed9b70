"""Who gets a mailout, as one SELECT for counting, previewing and writing the letters.

One row a person with a title that holds today, so two people who share an address get a letter each. The
address is that of the person's login, else the books'. Logins of residents that belong to nobody in the
audience, but may see a unit of it, follow, unless their address is among the people's already. `wanted` is what
the login chose of such notifications, or the manager's default for who has none.
"""

from __future__ import annotations

from typing import Any

from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.mailouts.rules import Audience
from app.notifications import kinds
from app.notifications.kinds import EMAIL, Kind
from app.notifications.standing import WANTS, set_values
from app.outbox.letters import MAILOUTS

kinds.register(
    Kind(
        MAILOUTS,
        _l("Wiadomości i komunikaty"),
        _l("Ogłoszenia zarządcy: przeglądy, prace w budynku, zebrania."),
        channels=(EMAIL,),
        order=20,
    )
)
DECLINED = "NOT r.wanted"
_NAME = "coalesce(p.company, nullif(concat_ws(' ', p.first_name, p.last_name), ''), p.code)"
_CHOSEN_UNITS = """
SELECT u.code, concat_ws(' ', b.street, concat_ws('/', b.number, u.number)) AS label
FROM units u LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL
WHERE u.until_revision IS NULL AND (:everyone OR u.building_code = ANY(:buildings) OR u.code = ANY(:units))
"""
SELECT = f"""
WITH chosen AS ({_CHOSEN_UNITS}),
holders AS (
  SELECT o.person_code, string_agg(DISTINCT c.label, ', ') AS labels
  FROM occupancies o JOIN chosen c ON c.code = o.unit_code
  WHERE o.until_revision IS NULL AND o.from_on <= :today AND (o.to_on IS NULL OR o.to_on >= :today)
  GROUP BY o.person_code),
logins AS (
  SELECT DISTINCT ON (person_code) person_code, nullif(email, '') AS email, locale, {WANTS} AS wanted
  FROM accounts a WHERE role = 'resident' AND status = 'active' AND person_code IS NOT NULL
  ORDER BY person_code, nullif(email, '') IS NULL, id),
persons AS (
  SELECT p.code, {_NAME} AS name, coalesce(l.email, nullif(btrim(p.email), '')) AS address, l.locale,
         coalesce(p.first_name, '') AS first_name, coalesce(p.company, p.last_name, '') AS last_name, h.labels,
         coalesce(l.wanted, CAST(:standard AS boolean)) AS wanted
  FROM holders h JOIN people p ON p.code = h.person_code AND p.until_revision IS NULL
  LEFT JOIN logins l ON l.person_code = p.code),
others AS (
  SELECT a.public_id, a.login, a.email::text AS address, a.locale, string_agg(DISTINCT c.label, ', ') AS labels,
         {WANTS} AS wanted
  FROM accounts a JOIN account_units au ON au.account_id = a.id
  JOIN chosen c ON c.code = au.unit_code
  WHERE a.role = 'resident' AND a.status = 'active' AND a.email <> ''
    AND au.since <= :today AND (au.until IS NULL OR au.until >= :today)
    AND NOT EXISTS (SELECT FROM persons p WHERE p.code = a.person_code OR lower(p.address) = lower(a.email::text))
  GROUP BY a.id)
SELECT 'person:' || code AS recipient_key, address, name, coalesce(locale, :locale) AS locale,
       CASE WHEN :personal THEN jsonb_build_object('fields', jsonb_build_object(
         'imię', first_name, 'nazwisko', last_name, 'lokal', labels)) ELSE '{{}}'::jsonb END AS context, wanted
FROM persons
UNION ALL
SELECT 'account:' || login, address, login, coalesce(locale, :locale),
       CASE WHEN :personal THEN jsonb_build_object('fields', jsonb_build_object(
         'imię', '', 'nazwisko', login, 'lokal', labels)) ELSE '{{}}'::jsonb END, wanted
FROM others
"""


def values(audience: Audience, *, locale: str, personal: bool) -> dict[str, Any]:
    """The parameters of `SELECT`. `locale` is for those who chose none."""
    return {
        "everyone": audience.everyone,
        "buildings": list(audience.buildings),
        "units": list(audience.units),
        "today": today(),
        "locale": locale,
        "personal": personal,
        **set_values(MAILOUTS, EMAIL),
    }
