"""Who of a generated package may log in, and to which units."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from app.demo.package import Package

ADMIN = "admin"
ADMIN_EMAIL = "administracja@osiedle.example"
OPERATOR_EMAIL = "operator@osiedle.example"


@dataclass(frozen=True)
class Login:
    """A resident's login (the person's code), e-mail or None, units and since when they are held."""

    login: str
    email: str | None
    units: tuple[tuple[str, date], ...]


def residents(package: Package, role: str) -> list[Login]:
    """Logins of everyone who holds a unit on the package's day, by code.

    `role` is the holders' role of the profile (`owner` or `tenant`): a lodger of an owner sees nobody's
    debts, a tenant of a social housing society sees the own account. Co-owners and proxies see what the
    owner sees.
    """
    held: dict[str, dict[str, date]] = defaultdict(dict)
    for row in package.records("occupancies"):
        since, until = row["from"], row["to"]
        assert isinstance(since, date)
        over = isinstance(until, date) and until < package.as_of
        if not over and row["role"] in {role, "co-owner", "proxy"}:
            held[str(row["person"])][str(row["unit"])] = since
    mail = {str(row["code"]): row["email"] for row in package.records("people")}
    return [
        Login(code, str(mail[code]) if mail[code] else None, tuple(sorted(held[code].items()))) for code in sorted(held)
    ]
