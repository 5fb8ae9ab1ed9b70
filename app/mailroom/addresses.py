"""Addresses that letters come back to: `PREFIX+TOKEN@MAIL_FROM_DOMAIN` (RFC 5233 subaddresses).

The token holds tenant and subject, and a seal that only this deployment can make. It is written in lower case,
because mail servers may fold the case of an address, and it fits into the 64 octets of a local part (RFC 5321).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

from app.core.runtime import settings
from tenants.bound import current

SUBJECT_BYTES = 16  # a public id
TENANT_BYTES = 4
SEAL_BYTES = 10
_PREFIX = re.compile(r"[a-z]{1,10}")
_LOCAL = re.compile(r"([a-z]{1,10})\+([a-z2-7]{48})")


@dataclass(frozen=True, slots=True)
class Destination:
    """What an address of ours says: which feature, whose, and the public id of what it is about."""

    prefix: str
    tenant_id: int
    subject: str


def address(prefix: str, subject: str) -> str:
    """The address at which the bound tenant takes letters about `subject`, a public id. It does not run out.

    Raises `ValueError` for a prefix that is not 1 to 10 small letters, or a subject that is no public id.
    """
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("a prefix is 1 to 10 small letters")
    plain = current().id.to_bytes(TENANT_BYTES) + _octets(subject)
    token = base64.b32encode(plain + _seal(prefix, plain)).decode().rstrip("=").lower()
    return f"{prefix}+{token}@{settings().mail_from_domain}"


def destination(address: str) -> Destination | None:
    """What an address says; None for one that is not ours, or that nobody of ours has sealed."""
    found = _LOCAL.fullmatch(address.strip().lower().partition("@")[0])
    if found is None:
        return None
    prefix, token = found.groups()
    try:
        whole = base64.b32decode(token.upper())
    except binascii.Error:
        return None
    plain, seal = whole[:-SEAL_BYTES], whole[-SEAL_BYTES:]
    if len(plain) != TENANT_BYTES + SUBJECT_BYTES or not hmac.compare_digest(seal, _seal(prefix, plain)):
        return None
    tenant_id = int.from_bytes(plain[:TENANT_BYTES])
    return Destination(prefix, tenant_id, base64.urlsafe_b64encode(plain[TENANT_BYTES:]).decode().rstrip("="))


def _octets(subject: str) -> bytes:
    try:
        octets = base64.urlsafe_b64decode(subject + "==")
    except (binascii.Error, ValueError):
        octets = b""
    if len(octets) != SUBJECT_BYTES or base64.urlsafe_b64encode(octets).decode().rstrip("=") != subject:
        raise ValueError("the subject must be a public id")
    return octets


def _seal(prefix: str, plain: bytes) -> bytes:
    key = settings().derived_key("mailroom.addresses")
    return hmac.new(key, prefix.encode() + b"\0" + plain, hashlib.sha256).digest()[:SEAL_BYTES]
