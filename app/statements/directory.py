"""What is known of who pays for what, gathered from the books and from what persons taught."""

from __future__ import annotations

from sqlalchemy import text

from app.statements.rules.matching import Directory, code_index
from tenants.bound import current
from tenants.db import db

TURN = 4218  # namespace of the lock under which bookings of one manager are written
# A number that several units have tells none of them apart. One that a unit had before still reaches it.
_ACCOUNTS = text(
    "WITH live AS (SELECT account, min(code) AS code FROM units "
    "WHERE until_revision IS NULL AND account IS NOT NULL GROUP BY account HAVING count(*) = 1), "
    "shared AS (SELECT account FROM units WHERE until_revision IS NULL AND account IS NOT NULL "
    "GROUP BY account HAVING count(*) > 1), "
    "former AS (SELECT account, min(code) AS code FROM units WHERE until_revision IS NOT NULL "
    "AND account IS NOT NULL AND code IN (SELECT code FROM units WHERE until_revision IS NULL) "
    "GROUP BY account HAVING count(DISTINCT code) = 1) "
    "SELECT account, code FROM live UNION ALL SELECT account, code FROM former "
    "WHERE account NOT IN (SELECT account FROM live) AND account NOT IN (SELECT account FROM shared)"
)
_CODES = text("SELECT code FROM units WHERE until_revision IS NULL")
_TAUGHT = text(
    "SELECT kind, value, unit_code FROM known_payers "
    "WHERE unit_code IN (SELECT code FROM units WHERE until_revision IS NULL)"
)


def directory() -> Directory:
    """The directory of the bound manager as it is now."""
    taught = db.session.execute(_TAUGHT).all()
    return Directory(
        accounts={row.account: row.code for row in db.session.execute(_ACCOUNTS)},
        schemes=tuple(
            db.session.execute(text("SELECT prefix FROM mass_schemes ORDER BY length(prefix) DESC, prefix")).scalars()
        ),
        payers={row.value: row.unit_code for row in taught if row.kind == "payer"},
        mass={row.value: row.unit_code for row in taught if row.kind == "mass"},
        codes=code_index(db.session.execute(_CODES).scalars()),
    )


def wait_for_turn() -> None:
    """Wait until nobody else writes bookings of the bound manager; then others wait for us."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(:space, :tenant)"), {"space": TURN, "tenant": current().id})
