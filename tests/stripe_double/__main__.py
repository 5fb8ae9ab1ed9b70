"""The double beside `./run` (STRIPE=fake): keeps what it holds in a file, and posts its events to our console.

python -m tests.stripe_double PORT FILE
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from tests.stripe_double.double import Double

MOST_TRIES = 200
PAUSE = 0.5


def main(port: int, file: Path) -> None:
    """Serve until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    double = Double(port, key=os.environ["STRIPE_API_KEY"], secret=os.environ["STRIPE_WEBHOOK_SECRET"])
    _load(double, file)
    with double:
        sent, tries, kept = len(double.world.events), 0, ""
        while not stop.wait(PAUSE):
            double.advance(seconds=0)
            events = double.world.events
            while sent < len(events) and (tries >= MOST_TRIES or _taken(*double.signed(events[sent]))):
                sent, tries = sent + 1, 0
            tries += sent < len(events)
            kept = _keep(double, file, kept)
        _keep(double, file, kept)


def _taken(payload: bytes, header: str) -> bool:
    """Post to the web server of this `./run`; whether it took the event."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["PORT"]), timeout=20)
    headers = {"Host": f"console.{os.environ['BASE_DOMAIN']}", "Stripe-Signature": header}
    try:
        connection.request("POST", "/stripe/webhook", payload, headers | {"Content-Type": "application/json"})
        return 200 <= connection.getresponse().status < 300
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _load(double: Double, file: Path) -> None:
    try:
        known: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        return
    world = double.world
    world.offset, world.events = known["offset"], known["events"]
    world.objects = {one["id"]: (account, one) for account, one in known["objects"]}
    world.answers = {(account, key): (asked, status, body) for account, key, asked, status, body in known["answers"]}


def _keep(double: Double, file: Path, before: str) -> str:
    world = double.world
    with world.lock:
        answers = [[account, key, *rest] for (account, key), rest in world.answers.items()]
        known = {"offset": world.offset, "objects": [*world.objects.values()], "events": world.events[-500:]}
        text = json.dumps(known | {"answers": answers[-500:]}, default=str)
    if text != before:
        draft = file.with_suffix(".new")
        draft.write_text(text)
        draft.replace(file)
    return text


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
