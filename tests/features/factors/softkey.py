"""An authenticator in software: makes passkeys and signs with them as a browser would, or as a thief might."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT_AND_VERIFIED = 0x05
HAS_KEY = 0x40


class SoftKey:
    """One passkey. `origin` and `host` are what the browser says; `counter` counts signatures."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.host = origin.split("://")[1].split(":")[0]
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(32)
        self.counter = 0

    def create(self, options: dict[str, Any]) -> str:
        """The answer to options of `navigator.credentials.create`."""
        numbers = self.private.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self._data(HAS_KEY) + attested
        return self._answer(
            attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}),
            clientDataJSON=self._said("webauthn.create", options),
            transports=["internal", "no-such-transport"],
        )

    def sign(self, options: dict[str, Any]) -> str:
        """The answer to options of `navigator.credentials.get`."""
        self.counter += 1
        data, said = self._data(), self._said("webauthn.get", options)
        signature = self.private.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(authenticatorData=data, clientDataJSON=said, signature=signature)

    def _data(self, flags: int = 0) -> bytes:
        head = hashlib.sha256(self.host.encode()).digest()
        return head + bytes([PRESENT_AND_VERIFIED | flags]) + self.counter.to_bytes(4, "big")

    def _said(self, kind: str, options: dict[str, Any]) -> bytes:
        challenge = bytes_to_base64url(base64url_to_bytes(options["challenge"]))
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, **response: Any) -> str:
        name = bytes_to_base64url(self.id)
        said = {
            key: bytes_to_base64url(value) if isinstance(value, bytes) else value for key, value in response.items()
        }
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": said})
