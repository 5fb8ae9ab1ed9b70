"""Passkeys (WebAuthn): what the browser is asked for, and whether its answer holds.

The relying party is a host from our own records. What a request says about its host is never believed, so an answer
that was signed for another site is no answer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.core.public_ids import digest

LONGEST_ANSWER = 20_000
_TIMEOUT = 120_000  # milliseconds in which the person finds the key


@dataclass(frozen=True, slots=True)
class Party:
    """Who asks: the host name without a port, the origin of its pages, and a name for people."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Key:
    """A passkey as it is kept."""

    credential: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...] = ()


class BadAnswer(Exception):
    """What the browser sent is no proof."""


@cache
def _webauthn() -> Any:
    """The library: 13 MB that most processes never need."""
    import webauthn

    return webauthn


def options_to_create(party: Party, *, handle: bytes, login: str, challenge: bytes, known: list[Key]) -> dict[str, Any]:
    """What `navigator.credentials.create` is given, as JSON with base64url in place of bytes."""
    structs = _webauthn().helpers.structs
    made = _webauthn().generate_registration_options(
        rp_id=party.host,
        rp_name=party.name,
        user_id=handle,
        user_name=login,
        user_display_name=login,
        challenge=challenge,
        timeout=_TIMEOUT,
        exclude_credentials=[_descriptor(key) for key in known],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.DISCOURAGED,  # the password has said who it is
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
    )
    return dict(json.loads(_webauthn().options_to_json(made)))


def options_to_ask(party: Party, *, challenge: bytes, known: list[Key]) -> dict[str, Any]:
    """What `navigator.credentials.get` is given."""
    made = _webauthn().generate_authentication_options(
        rp_id=party.host, challenge=challenge, timeout=_TIMEOUT, allow_credentials=[_descriptor(key) for key in known]
    )
    return dict(json.loads(_webauthn().options_to_json(made)))


def answered_challenge(answer: str) -> bytes:
    """The challenge to which the browser says it answers. Raises `BadAnswer`."""
    try:
        said = json.loads(_webauthn().base64url_to_bytes(_parsed(answer)["response"]["clientDataJSON"]))
        return bytes(_webauthn().base64url_to_bytes(str(said["challenge"])))
    except (ValueError, KeyError, TypeError) as error:
        raise BadAnswer("no challenge in it") from error


def answering(answer: str) -> bytes:
    """The id of the credential that answers. Raises `BadAnswer`."""
    try:
        return bytes(_webauthn().base64url_to_bytes(str(_parsed(answer)["id"])))
    except (ValueError, KeyError, TypeError) as error:
        raise BadAnswer("no credential in it") from error


def created(party: Party, answer: str, challenge: bytes) -> Key:
    """The new passkey, if the answer to `options_to_create` holds. Raises `BadAnswer`."""
    parsed = _parsed(answer)
    try:
        found = _webauthn().verify_registration_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
        )
    except Exception as error:  # parsers of what anybody may send raise what they like
        raise BadAnswer(str(error)) from error
    spoken = parsed.get("response", {}).get("transports") or []
    known = {one.value for one in _webauthn().helpers.structs.AuthenticatorTransport}
    transports = tuple(str(one) for one in spoken if isinstance(one, str) and one in known)
    return Key(found.credential_id, found.credential_public_key, found.sign_count, transports)


def proven(party: Party, answer: str, challenge: bytes, key: Key) -> int:
    """The key's new count of signatures, if the answer to `options_to_ask` holds. Raises `BadAnswer`."""
    try:
        found = _webauthn().verify_authentication_response(
            credential=_parsed(answer),
            expected_challenge=challenge,
            expected_rp_id=party.host,
            expected_origin=party.origin,
            credential_public_key=key.public_key,
            credential_current_sign_count=key.sign_count,
        )
    except Exception as error:  # as above
        raise BadAnswer(str(error)) from error
    return int(found.new_sign_count)


def handle_of(kind: str, owner: str) -> bytes:
    """How an authenticator knows the person: 32 bytes that say nothing about them."""
    return digest(f"passkey:{kind}:{owner}")


def encoded(value: bytes) -> str:
    return str(_webauthn().helpers.bytes_to_base64url(value))


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise BadAnswer("too long")
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise BadAnswer("not JSON") from error
    if not isinstance(found, dict) or not isinstance(found.get("response"), dict):
        raise BadAnswer("not an answer")
    return found


def _descriptor(key: Key) -> Any:
    structs = _webauthn().helpers.structs
    transports = [structs.AuthenticatorTransport(one) for one in key.transports]
    return structs.PublicKeyCredentialDescriptor(id=key.credential, transports=transports or None)
