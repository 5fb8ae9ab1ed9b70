"""Which subdomains a manager may have, and how its schema and role are called."""

from __future__ import annotations

import re

SLUG = re.compile(r"[a-z][a-z0-9-]{0,28}[a-z0-9]")
SCHEMA = re.compile(r"t_[0-9]{5,12}")
RESERVED = frozenset(
    [
        "www",
        "console",
        "api",
        "admin",
        "administrator",
        "app",
        "static",
        "assets",
        "cdn",
        "mail",
        "smtp",
        "imap",
        "pop",
        "pop3",
        "ftp",
        "ssh",
        "vpn",
        "ns",
        "ns1",
        "ns2",
        "dns",
        "mx",
        "webmail",
        "autoconfig",
        "autodiscover",
        "public",
        "platform",
        "ext",
        "pg",
        "postgres",
        "template",
        "template0",
        "template1",
        "root",
        "system",
        "operator",
        "operators",
        "support",
        "help",
        "pomoc",
        "status",
        "health",
        "metrics",
        "login",
        "logout",
        "auth",
        "sso",
        "oauth",
        "security",
        "abuse",
        "postmaster",
        "hostmaster",
        "webmaster",
        "info",
        "kontakt",
        "billing",
        "stripe",
        "webhook",
        "webhooks",
        "test",
        "staging",
        "dev",
        "localhost",
        "osiedle",
        "files",
        "media",
        "img",
        "images",
        "docs",
        "blog",
        "shop",
    ]
)


class BadSlug(ValueError):
    """The subdomain cannot be given out; the message says why, `kind` in a word: form, punycode, reserved."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def checked_slug(text: str) -> str:
    """The slug in its normal form. Raises `BadSlug` for reserved, hostile or ill-formed ones."""
    slug = text.strip().lower()
    if not slug.isascii() or not SLUG.fullmatch(slug):
        raise BadSlug(
            "form",
            "Subdomena może mieć od 2 do 30 znaków: małe litery a–z, cyfry i łącznik; "
            "zaczyna się literą, a kończy literą lub cyfrą.",
        )
    if slug[2:4] == "--":
        raise BadSlug("punycode", "Subdomena nie może mieć dwóch łączników na trzecim i czwartym miejscu.")
    if slug in RESERVED or slug.startswith(("pg-", "xn-")):
        raise BadSlug("reserved", f"Subdomena „{slug}” jest zarezerwowana; wybierz inną.")
    return slug


def schema_name(tenant_id: int) -> str:
    """The opaque name of a tenant's schema and role; never derived from what a person typed."""
    return f"t_{tenant_id:05d}"


def checked_schema(name: str) -> str:
    """The name, if it is one of ours. Raises `ValueError` otherwise: it goes into SQL as an identifier."""
    if not SCHEMA.fullmatch(name):
        raise ValueError(f"not the name of a tenant's schema: {name!r}")
    return name
