"""What the running `./run` left for other programs: `var/state.json`, and the secrets of this machine.

`state.json` is written when the servers are up and removed when they stop; `secrets.json` is made once.
Both are readable by their owner only.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

STATE = "state.json"
SECRETS = "secrets.json"
SETTINGS = (
    "DATABASE_URL", "REDIS_URL", "MAIL_URL", "BASE_DOMAIN", "PORT", "STRIPE_API_KEY", "STRIPE_API_BASE",
    "STRIPE_WEBHOOK_SECRET",
)  # fmt: skip


class NotRunning(RuntimeError):
    """The local servers do not run, so there is nothing to connect to."""


def environment(var: Path) -> dict[str, str]:
    """The settings of the running `./run` as environment variables, for tools started in another terminal.

    Raises `NotRunning` with a sentence when the servers of this `var` do not answer.
    """
    known = peek(var)
    urls = [known[name] for name in ("DATABASE_URL", "REDIS_URL") if name in known]
    if len(urls) < 2 or not all(_answers(url) for url in urls):
        raise NotRunning("The local servers do not run: start ./run in another terminal, or set DATABASE_URL.")
    kept = load_secrets(var)
    found = {name: str(known[name]) for name in SETTINGS if known.get(name)}
    found |= {name: kept[name] for name in ("SECRET_KEY", "ENCRYPTION_KEYS")}
    return found | {"OSIEDLE_VAR": str(var)}


def peek(var: Path) -> dict[str, Any]:
    """What `state.json` says, true or not; an empty dict if there is none."""
    try:
        found = json.loads((var / STATE).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(var: Path, state: dict[str, Any]) -> None:
    """Replace `state.json` in one step."""
    _write_private(var / STATE, state)


def forget(var: Path) -> None:
    """Remove `state.json`."""
    (var / STATE).unlink(missing_ok=True)


def load_secrets(var: Path) -> dict[str, str]:
    """The secrets of this `var`, made at the first call: SECRET_KEY, ENCRYPTION_KEYS, POSTGRES_PASSWORD,
    REDIS_PASSWORD, and MARK, by which our own processes are known."""
    path = var / SECRETS
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "POSTGRES_PASSWORD": secrets.token_hex(16),
        "REDIS_PASSWORD": secrets.token_hex(16),
        "MARK": secrets.token_hex(8),
    }
    complete = made | known
    if complete != known:
        _write_private(path, complete)
    return complete


def _answers(url: str) -> bool:
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname or "127.0.0.1", address.port or 0), timeout=2).close()
    except OSError:
        return False
    return True


def _write_private(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
