"""Who acts: the first argument of every query and command."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import datetime


class Role(enum.StrEnum):
    """What an account may be in a tenant.

    `resident` is a mieszkaniec; `collaborator` (uczestnik budowy) takes part in building works and sees nothing but
    the works zone; the rest are the manager's staff.
    """

    RESIDENT = "resident"
    ADMIN = "admin"
    ACCOUNTANT = "accountant"
    CLERK = "clerk"
    BOARD = "board"
    COLLABORATOR = "collaborator"


class Can(enum.StrEnum):
    """What staff may do; a page or command asks for one of these, never for a role."""

    SEE_RESIDENTS = "see_residents"
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_IMPORTS = "see_imports"
    RUN_IMPORTS = "run_imports"
    MATCH_PAYMENTS = "match_payments"
    SEND_MAILOUTS = "send_mailouts"
    SEE_MAILOUTS = "see_mailouts"
    CONFIGURE = "configure"
    MANAGE_STAFF = "manage_staff"
    SEE_AUDIT = "see_audit"
    SEE_MESSAGES = "see_messages"
    ANSWER_MESSAGES = "answer_messages"
    ANSWER_REQUESTS = "answer_requests"
    HOLD_INTEREST = "hold_interest"
    SEE_DOCUMENTS = "see_documents"
    MANAGE_DOCUMENTS = "manage_documents"
    SEE_METERS = "see_meters"
    MANAGE_METERS = "manage_meters"
    SEE_WORKS = "see_works"
    MANAGE_WORKS = "manage_works"


GRANTS: dict[Role, frozenset[Can]] = {
    Role.RESIDENT: frozenset(),
    Role.COLLABORATOR: frozenset(),
    Role.ADMIN: frozenset(Can),
    Role.ACCOUNTANT: frozenset(
        {
            Can.SEE_RESIDENTS,
            Can.SEE_IMPORTS,
            Can.RUN_IMPORTS,
            Can.MATCH_PAYMENTS,
            Can.SEE_MAILOUTS,
            Can.SEE_MESSAGES,
            Can.ANSWER_MESSAGES,
            Can.HOLD_INTEREST,
            Can.SEE_DOCUMENTS,
            Can.MANAGE_DOCUMENTS,
            Can.SEE_METERS,
            Can.MANAGE_METERS,
            Can.SEE_WORKS,
        }
    ),
    Role.CLERK: frozenset(
        {
            Can.SEE_RESIDENTS,
            Can.MANAGE_ACCOUNTS,
            Can.SEE_IMPORTS,
            Can.SEND_MAILOUTS,
            Can.SEE_MAILOUTS,
            Can.SEE_MESSAGES,
            Can.ANSWER_MESSAGES,
            Can.ANSWER_REQUESTS,
            Can.SEE_DOCUMENTS,
            Can.MANAGE_DOCUMENTS,
            Can.SEE_METERS,
            Can.MANAGE_METERS,
            Can.SEE_WORKS,
            Can.MANAGE_WORKS,
        }
    ),
    Role.BOARD: frozenset(
        {
            Can.SEE_RESIDENTS,
            Can.SEE_IMPORTS,
            Can.SEE_MAILOUTS,
            Can.SEE_MESSAGES,
            Can.SEE_DOCUMENTS,
            Can.SEE_METERS,
            Can.SEE_WORKS,
        }
    ),
}
#: Roles of people who do not work for the manager.
OUTSIDE = frozenset({Role.RESIDENT, Role.COLLABORATOR})
#: The same, as a list of SQL: `role NOT IN {OUTSIDE_SQL}` are staff.
OUTSIDE_SQL = "(" + ", ".join(f"'{role}'" for role in sorted(OUTSIDE)) + ")"
# What reaches over all buildings, so that nobody who is limited to some may do it.
WHOLE_MANAGER = frozenset(
    {Can.SEE_IMPORTS, Can.RUN_IMPORTS, Can.MATCH_PAYMENTS, Can.CONFIGURE, Can.MANAGE_STAFF, Can.SEE_AUDIT}
)


def rights(role: Role, limited: bool = False) -> frozenset[Can]:
    """What a role may do; `limited` to some buildings it may do nothing that reaches over all of them."""
    return GRANTS[role] - WHOLE_MANAGER if limited else GRANTS[role]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or process that acts. `kind` is `account`, `operator`, `support` or `system`.

    `support` is an operator on a manager's own pages, let in by its administrator until `support_until`; with
    `support_writes` also to change what support may ever change.

    `buildings` limits a member of staff to these building codes; None is no limit. `waits_for` names what the
    session still owes before it opens anything else, such as `factor`. `advised` means that a change of the start
    password is recommended. `watcher` is the login of a member of staff who sees with the eyes of this account: nothing
    may be changed then.
    """

    kind: str
    login: str
    name: str = ""
    account_id: int | None = None
    operator_id: int | None = None
    session_id: int | None = None
    role: Role | None = None
    must_change_password: bool = False
    locale: str | None = None
    person_code: str | None = None
    can: frozenset[Can] = field(default_factory=frozenset)
    address: str | None = None
    buildings: frozenset[str] | None = None
    waits_for: str | None = None
    advised: bool = False
    watcher: str | None = None
    support_until: datetime | None = None
    support_writes: bool = False

    # flask-login asks these of the object that stands for the visitor
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        return f"{self.kind}:{self.account_id or self.operator_id or 0}"

    @property
    def is_resident(self) -> bool:
        return self.kind == "account" and self.role is Role.RESIDENT

    @property
    def is_staff(self) -> bool:
        return self.kind in ("account", "support") and self.role is not None and self.role not in OUTSIDE

    @property
    def is_collaborator(self) -> bool:
        return self.kind == "account" and self.role is Role.COLLABORATOR

    @property
    def is_support(self) -> bool:
        return self.kind == "support"

    @property
    def is_operator(self) -> bool:
        return self.kind == "operator"

    @property
    def audience(self) -> str:
        """Whose pages somebody with a login sees: `operator`, `staff`, `works` or `resident`."""
        if self.is_operator:
            return "operator"
        return "staff" if self.is_staff else "works" if self.is_collaborator else "resident"

    def may(self, right: Can) -> bool:
        return self.kind == "system" or right in self.can


def system(name: str) -> Actor:
    """A process of ours, such as the command line or a nightly job."""
    return Actor(kind="system", login=name, name=name)
