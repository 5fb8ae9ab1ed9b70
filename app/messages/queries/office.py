"""What staff need beside a conversation: colleagues, units of a resident, ready answers, fields for them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core.actor import GRANTS, Actor, Can
from app.core.clock import today
from app.core.errors import NotThere
from app.estate import scope
from app.messages.queries.lines import MINE, WHO, plain, values
from app.office.queries import profile
from tenants.db import db

_ROLES = sorted(role.value for role, rights in GRANTS.items() if Can.ANSWER_MESSAGES in rights)
# Colleagues who answer messages, and look after the building that the conversation belongs to.
_COLLEAGUES = (
    "FROM accounts s WHERE s.role = ANY(:roles) AND s.status = 'active' AND "
    "(NOT EXISTS (SELECT FROM staff_scopes w WHERE w.account_id = s.id) OR EXISTS (SELECT FROM staff_scopes w "
    "JOIN units u ON u.building_code = w.building_code AND u.until_revision IS NULL WHERE w.account_id = s.id "
    "AND u.code IN (SELECT coalesce(t.unit_code, o.unit_code) FROM message_threads t JOIN accounts a "
    "ON a.id = t.account_id LEFT JOIN occupancies o ON t.unit_code IS NULL AND o.person_code = a.person_code "
    "AND o.until_revision IS NULL WHERE t.id = :thread)))"
)
_LIST = text(f"SELECT s.login {_COLLEAGUES} ORDER BY s.login_key")
_ONE = text(f"SELECT s.id {_COLLEAGUES} AND s.login = :login")
_SCOPE = text(f"SELECT {scope.accounts('a')} FROM accounts a WHERE a.id = :account")
_UNITS = text(
    "SELECT DISTINCT c.code FROM (SELECT o.unit_code AS code FROM occupancies o JOIN accounts a "
    "ON a.person_code = o.person_code WHERE a.id = :account AND o.until_revision IS NULL "
    "AND (o.to_on IS NULL OR o.to_on >= :today) UNION ALL SELECT unit_code FROM account_units "
    f"WHERE account_id = :account AND (until IS NULL OR until >= :today)) AS c WHERE {scope.units('c.code')} ORDER BY 1"
)
_UNVERIFIED = text(
    "SELECT t.public_id FROM messages m JOIN message_threads t ON t.id = m.thread_id JOIN accounts a "
    f"ON a.id = t.account_id WHERE m.public_id = :message AND m.side = 'unverified' AND {MINE}"
)
_TEMPLATES = text(
    "SELECT public_id, name, category, body, changed_by FROM answer_templates WHERE withdrawn_at IS NULL "
    "AND (CAST(:category AS text) IS NULL OR category IS NULL OR category = :category) "
    "ORDER BY category IS NULL, ext.polish_key(name), id"
)
_TEMPLATE = text(
    "SELECT public_id, name, category, body, changed_by FROM answer_templates "
    "WHERE withdrawn_at IS NULL AND public_id = :template"
)
_FIELDS = text(
    f"SELECT p.first_name, coalesce(p.last_name, p.company) AS last_name, t.unit_code, t.subject, {WHO} AS who "
    "FROM message_threads t JOIN accounts a ON a.id = t.account_id LEFT JOIN people p ON p.code = a.person_code "
    f"AND p.until_revision IS NULL WHERE t.public_id = :thread AND {MINE}"
)


@dataclass(frozen=True, slots=True)
class Template:
    """A ready answer; `category` None fits every conversation."""

    public_id: str
    name: str
    category: str | None
    body: str
    changed_by: str


def in_scope(actor: Actor, account_id: int) -> bool:
    """Whether an account belongs to the buildings that a member of staff looks after."""
    return bool(db.session.execute(_SCOPE, {"account": account_id, **scope.values(actor)}).scalar())


def units_of(actor: Actor, account_id: int) -> list[str]:
    """Codes of a resident's units that are the actor's business."""
    given = {"account": account_id, "today": today(), **scope.values(actor)}
    return list(db.session.execute(_UNITS, given).scalars())


def colleagues(actor: Actor, thread_id: int) -> list[str]:
    """Logins of staff who could deal with a conversation."""
    _staff(actor)
    return list(db.session.execute(_LIST, {"roles": _ROLES, "thread": thread_id}).scalars())


def colleague(actor: Actor, thread_id: int, login: str) -> int | None:
    """The account of one of them; None for anybody else."""
    _staff(actor)
    given = {"roles": _ROLES, "thread": thread_id, "login": plain(login)}
    found: int | None = db.session.execute(_ONE, given).scalar()
    return found


def thread_of_unverified(actor: Actor, message_id: str) -> str:
    """The public id of the conversation in which a letter of an unknown sender waits. Raises `NotThere`."""
    _staff(actor)
    found = db.session.execute(_UNVERIFIED, {**values(actor), "message": plain(message_id)}).scalar()
    if found is None:
        raise NotThere("")
    return str(found)


def templates(actor: Actor, category: str | None = None) -> list[Template]:
    """Ready answers, those that fit a category, or all."""
    _staff(actor)
    return [Template(*row) for row in db.session.execute(_TEMPLATES, {"category": category})]


def template(actor: Actor, public_id: str) -> Template:
    """One ready answer. Raises `NotThere`."""
    _staff(actor)
    row = db.session.execute(_TEMPLATE, {"template": plain(public_id)}).one_or_none()
    if row is None:
        raise NotThere("")
    return Template(*row)


def field_values(actor: Actor, thread_id: str) -> dict[str, str]:
    """What the fields of a ready answer stand for in a conversation; those without a value are empty."""
    _staff(actor)
    row = db.session.execute(_FIELDS, {**values(actor), "thread": plain(thread_id)}).one_or_none()
    if row is None:
        raise NotThere("")
    office = profile()
    return {
        "imię": row.first_name or "",
        "nazwisko": row.last_name or "",
        "lokal": row.unit_code or "",
        "temat": row.subject,
        "biuro": office.name,
        "telefon": office.phone or "",
        "data": f"{today():%d.%m.%Y}",
    }


def _staff(actor: Actor) -> None:
    if not actor.may(Can.SEE_MESSAGES):
        raise NotThere("")
