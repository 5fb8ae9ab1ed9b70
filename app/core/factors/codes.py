"""One-time codes of an authenticator application (TOTP, RFC 6238), and the recovery codes for when it is lost."""

from __future__ import annotations

import hmac
import io
import secrets
from datetime import datetime

import pyotp
import segno

from app.core.public_ids import digest

DIGITS = 6
STEP_SECONDS = 30
STEPS_AROUND = 1
RECOVERY_CODES = 10
_GROUPS, _GROUP_LENGTH = 4, 4
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that is mistaken for something else on paper


def new_key() -> str:
    """A key for an application: 32 letters and digits of base 32 (160 bits)."""
    return pyotp.random_base32()


def key_for_typing(key: str) -> str:
    """The key in groups of four, as a person copies it."""
    return " ".join(key[place : place + 4] for place in range(0, len(key), 4))


def key_address(key: str, *, account: str, issuer: str) -> str:
    """The `otpauth:` address that an application reads from the picture."""
    plain = issuer.replace(":", " ")
    return pyotp.TOTP(key).provisioning_uri(name=account.replace(":", " "), issuer_name=plain)


def picture(address: str) -> bytes:
    """A QR code as an SVG file, dark on white whatever the scheme of the page."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        drawn, kind="svg", border=4, scale=6, dark="#000000", light="#ffffff", svgclass=None, lineclass=None
    )
    return drawn.getvalue()


def counter_of(key: str, typed: str, at: datetime, last: int | None) -> int | None:
    """The 30-second step for which this code is right, at most one step away from `at`; None for a wrong code.

    Steps up to `last`, the last that was used, count no more, so that a code that somebody saw works only once.
    """
    code = "".join(sign for sign in typed if not sign.isspace())
    if len(code) != DIGITS or not code.isascii() or not code.isdigit():
        return None
    around = int(at.timestamp()) // STEP_SECONDS
    found = None
    for counter in range(around - STEPS_AROUND, around + STEPS_AROUND + 1):
        right = hmac.compare_digest(pyotp.TOTP(key).generate_otp(counter), code)
        if right and (last is None or counter > last):
            found = counter
    return found


def new_recovery_codes() -> list[str]:
    """Ten codes of four groups (79 bits each), every one of which lets in once instead of the second factor."""
    return [
        "-".join("".join(secrets.choice(_SIGNS) for _sign in range(_GROUP_LENGTH)) for _group in range(_GROUPS))
        for _code in range(RECOVERY_CODES)
    ]


def recovery_digest(typed: str) -> bytes | None:
    """What is stored of a recovery code, however its groups were typed; None for what cannot be one."""
    plain = "".join(sign for sign in typed[:200].casefold() if sign not in "-–— \t\r\n")
    if len(plain) != _GROUPS * _GROUP_LENGTH or any(sign not in _SIGNS for sign in plain):
        return None
    return digest(plain)
