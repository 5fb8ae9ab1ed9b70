"""Who is in an audience, as one SELECT for counting, listing, previewing and writing.

One row a person with a title that holds today, so two people who share an address get a letter each. Address and
number are those of the person's login, else the books'. Logins of residents that belong to nobody in the audience,
but may see a unit of it, follow, unless their address is among the people's already. `wanted` is what the login chose
of such notifications, or the manager's default for who has none.

| column | is |
|---|---|
| `recipient_key` | `person:CODE` or `account:LOGIN` |
| `address`, `phone` | e-mail and telephone as they were written, or null |
| `name`, `locale` | |
| `context` | `{}`, or `{"fields": {…}}` with the words that a text may hold in braces, as far as they are known |
| `wanted` | whether they want such messages |
| `units` | codes of their units in the audience, `unit` the first of them by building, staircase and number |
| `settled` | those of the units for which they settle, and may be told of the money |
| `labels` | addresses of these units in one line |
| `place` | text to sort by: building, staircase and number of the first unit |
| `postal` | lines of the address for paper, as a JSON list; null for who has none |

Late (zaległość) is what was to be paid before today and was not, less payments that the bank has told of. Only who
settles for a unit is told of its money: never the tenant of an owner's unit.
"""

from __future__ import annotations

from typing import Any

from app.accounts.rules.holders import Holders
from app.audience.rules import Audience
from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.notifications import kinds
from app.notifications.kinds import EMAIL, Kind
from app.notifications.standing import WANTS, set_values
from app.office import settings
from app.outbox.letters import MAILOUTS

kinds.register(
    Kind(
        MAILOUTS,
        _l("Wiadomości i komunikaty"),
        _l("Zawiadomienia, które zarządca wysyła e-mailem: o zebraniach, pracach, opłatach."),
        channels=(EMAIL,),
        order=20,
        paced=False,
    )
)
DECLINED = "NOT r.wanted"
#: An address that mail can be sent to, as far as it can be seen.
MAILABLE = r"r.address ~ '^[!-?A-~]{1,64}@[^\s@,;<>()]+\.[^\s@,;<>().]{2,}$'"
HOLDS = "{0}.until_revision IS NULL AND {0}.from_on <= :today AND ({0}.to_on IS NULL OR {0}.to_on >= :today)"
#: Whether title `o` is one of who settles for the unit, with the parameter `proxies`.
SETTLES = (
    "(CASE o.role WHEN 'tenant' THEN NOT EXISTS (SELECT FROM occupancies w WHERE w.unit_code = o.unit_code "
    f"AND w.role IN ('owner', 'co-owner') AND {HOLDS.format('w')}) "
    "WHEN 'proxy' THEN CAST(:proxies AS boolean) ELSE true END)"
)
#: (unit_code, balance, late) in grosze, of units with entries; `{0}` narrows down the entries.
STANDING = (
    "SELECT l.unit_code, sum(l.debit - l.credit)::bigint AS balance, (sum(l.debit - l.credit) "
    "- coalesce(sum(l.debit) FILTER (WHERE coalesce(l.due_on, l.booked_on) >= :today), 0) "
    "- coalesce((SELECT sum(p.amount) FROM pending_payments p "
    "WHERE p.unit_code = l.unit_code AND p.state = 'pending'), 0))::bigint AS late "
    "FROM ledger_entries l WHERE l.until_revision IS NULL AND {0} GROUP BY l.unit_code"
)
_NAME = "coalesce(p.company, nullif(concat_ws(' ', p.first_name, p.last_name), ''), p.code)"
_LABEL = "concat_ws(' ', b.street, concat_ws('/', b.number, u.number))"
_PLACES = """(:everyone OR u.building_code = ANY(CAST(:buildings AS text[])) OR u.code = ANY(CAST(:units AS text[]))
  OR (u.building_code, coalesce(u.staircase, '')) IN (
    SELECT * FROM unnest(CAST(:stair_buildings AS text[]), CAST(:stair_names AS text[])))
  OR EXISTS (SELECT FROM estates e WHERE e.public_id = ANY(CAST(:estates AS text[]))
    AND jsonb_exists(e.buildings, u.building_code)))"""
_DIGITS = "'FM999,999,999,990.00'"
_MONEY = (
    f"replace(replace(replace(to_char({{0}} / 100.0, {_DIGITS}), ',', '\u00a0'), '.', ','), '-', '\u2212') "
    "|| '\u00a0zł'"
)
_ACCOUNT = (
    "concat_ws(' ', substr(c.account, 1, 2), "
    + ", ".join(f"substr(c.account, {at}, 4)" for at in range(3, 27, 4))
    + ")"
)
# Places are compared as people read them: staircase 2 before 10.
_ORDER = "c.place"
_PLACE = (
    "ARRAY[ext.polish_key(coalesce(b.street, '')), lpad(coalesce(b.number, u.building_code), 12), u.building_code, "
    "lpad(coalesce(u.staircase, ''), 12), lpad(u.number, 12), u.code]"
)
_CHOSEN = f"""
SELECT u.code, u.account, {_LABEL} AS label, {_PLACE} AS place,
       CASE WHEN b.street IS NOT NULL THEN jsonb_build_array({_LABEL}, concat_ws(' ', b.postcode, b.city)) END AS postal
FROM units u LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL
WHERE u.until_revision IS NULL AND {_PLACES}
  AND (CAST(:arrears AS bigint) IS NULL OR u.code IN (SELECT unit_code FROM standing WHERE late > :arrears))
"""
_FIELDS = f"""jsonb_build_object('imię', nullif(first_name, ''), 'nazwisko', nullif(last_name, ''), 'lokal', labels,
  'rachunek', account, 'saldo', {_MONEY.format("balance")}, 'zaległość', {_MONEY.format("greatest(late, 0)")},
  'opłata', {_MONEY.format("monthly")})"""
_CONTEXT = f"CASE WHEN :personal THEN jsonb_strip_nulls(jsonb_build_object('fields', {_FIELDS})) ELSE '{{}}'::jsonb END"
_MONTHLY = (
    "(SELECT sum(n.amount) FROM charges n WHERE n.unit_code = c.code AND n.until_revision IS NULL "
    "AND n.from_on <= :today AND (n.to_on IS NULL OR n.to_on >= :today))"
)
SELECT = f"""
WITH standing AS MATERIALIZED (
  {STANDING.format("(:money OR CAST(:arrears AS bigint) IS NOT NULL)")}),
chosen AS MATERIALIZED ({_CHOSEN}),
titles AS (
  SELECT o.person_code, o.role, o.unit_code, {SETTLES} AS settles FROM occupancies o WHERE {HOLDS.format("o")}),
holders AS (
  SELECT t.person_code, string_agg(DISTINCT c.label, ', ') AS labels, array_agg(c.code ORDER BY {_ORDER}) AS units,
         array_agg(c.code ORDER BY {_ORDER}) FILTER (WHERE t.settles) AS settled,
         CASE WHEN :money THEN sum(coalesce(s.balance, 0)) FILTER (WHERE t.settles) END AS balance,
         CASE WHEN :money THEN sum(coalesce(s.late, 0)) FILTER (WHERE t.settles) END AS late,
         CASE WHEN :money THEN sum({_MONTHLY}) FILTER (WHERE t.settles) END AS monthly,
         CASE WHEN count(c.account) = 1 THEN min({_ACCOUNT}) FILTER (WHERE t.settles AND c.account IS NOT NULL) END
           AS account
  FROM titles t JOIN chosen c ON c.code = t.unit_code LEFT JOIN standing s ON s.unit_code = c.code
  WHERE (CAST(:roles AS text[]) IS NULL OR t.role = ANY(CAST(:roles AS text[])))
    AND (CAST(:arrears AS bigint) IS NULL OR t.settles)
  GROUP BY t.person_code),
logins AS (
  SELECT DISTINCT ON (person_code) person_code, nullif(email, '') AS email, nullif(phone, '') AS phone, locale,
         {WANTS} AS wanted
  FROM accounts a WHERE role = 'resident' AND status = 'active' AND person_code IS NOT NULL
  ORDER BY person_code, nullif(email, '') IS NULL, id),
persons AS (
  SELECT p.code, {_NAME} AS name, coalesce(l.email, nullif(btrim(p.email), '')) AS address,
         coalesce(l.phone, nullif(btrim(p.phone), '')) AS phone, l.locale,
         coalesce(p.first_name, '') AS first_name, coalesce(p.company, p.last_name, '') AS last_name,
         h.labels, h.units, h.settled, h.balance, h.late, h.monthly, h.account,
         coalesce(l.wanted, CAST(:standard AS boolean)) AS wanted,
         CASE WHEN coalesce(p.city, '') <> '' THEN
           jsonb_build_array(coalesce(nullif(concat_ws(' ', p.street, p.number), ''), p.city),
                             concat_ws(' ', p.postcode, p.city)) END AS postal
  FROM holders h JOIN people p ON p.code = h.person_code AND p.until_revision IS NULL
  LEFT JOIN logins l ON l.person_code = p.code
  WHERE NOT :members OR p.member),
others AS (
  SELECT a.public_id, a.login, nullif(a.email::text, '') AS address, nullif(a.phone, '') AS phone, a.locale,
         string_agg(DISTINCT c.label, ', ') AS labels, array_agg(c.code ORDER BY {_ORDER}) AS units, {WANTS} AS wanted
  FROM accounts a JOIN account_units au ON au.account_id = a.id
  JOIN chosen c ON c.code = au.unit_code
  WHERE a.role = 'resident' AND a.status = 'active' AND a.email <> ''
    AND au.since <= :today AND (au.until IS NULL OR au.until >= :today) AND NOT au.follows_books
    AND CAST(:roles AS text[]) IS NULL
    AND (NOT :members OR EXISTS (
      SELECT FROM people p WHERE p.code = a.person_code AND p.until_revision IS NULL AND p.member))
    AND (CAST(:arrears AS bigint) IS NULL OR NOT EXISTS (
      SELECT FROM titles t WHERE t.person_code = a.person_code AND t.unit_code = au.unit_code AND NOT t.settles))
    AND NOT EXISTS (SELECT FROM persons p WHERE p.code = a.person_code)
    AND NOT EXISTS (SELECT FROM persons p WHERE lower(p.address) = lower(a.email::text))
  GROUP BY a.id),
everybody AS (
  SELECT 'person:' || code AS recipient_key, address, phone, name, coalesce(locale, :locale) AS locale,
         {_CONTEXT} AS context, wanted, units, coalesce(settled, '{{}}') AS settled, labels, postal
  FROM persons
  UNION ALL
  SELECT 'account:' || login, address, phone, login, coalesce(locale, :locale),
         CASE WHEN :personal THEN jsonb_build_object('fields', jsonb_build_object(
           'nazwisko', login, 'lokal', labels)) ELSE '{{}}'::jsonb END, wanted, units, units, labels, NULL
  FROM others)
SELECT r.recipient_key, r.address, r.phone, r.name, r.locale, r.context, r.wanted, r.units, r.units[1] AS unit,
       r.settled, r.labels,
       coalesce(r.postal, c.postal) AS postal, c.place
FROM everybody r LEFT JOIN chosen c ON c.code = r.units[1]
WHERE NOT :without_email OR r.address IS NULL OR NOT ({MAILABLE})
"""


def narrowed_values(audience: Audience) -> dict[str, Any]:
    """The parameters by which places are chosen and who of them is left, without those of a letter."""
    return {
        **chosen_values(audience),
        "roles": list(audience.roles) or None,
        "members": audience.members,
        "without_email": audience.without_email,
        "proxies": settings.read(Holders).proxies_balance,
        "today": today(),
    }


def values(audience: Audience, *, locale: str, personal: bool, money: bool = False) -> dict[str, Any]:
    """The parameters of `SELECT`. `locale` is for those who chose none; `money` reads the ledger for the fields."""
    return {
        **narrowed_values(audience),
        "locale": locale,
        "personal": personal,
        "money": money,
        **set_values(MAILOUTS, EMAIL),
    }


def chosen_values(audience: Audience) -> dict[str, Any]:
    """The parameters that choose units."""
    return {
        "everyone": audience.everyone,
        "buildings": list(audience.buildings),
        "units": list(audience.units),
        "stair_buildings": [building for building, _staircase in audience.staircases],
        "stair_names": [staircase for _building, staircase in audience.staircases],
        "estates": list(audience.estates),
        "arrears": audience.arrears_over,
    }
