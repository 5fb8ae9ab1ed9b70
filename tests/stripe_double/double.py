"""The double as tests hold it."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from app.gateways.payments.events import signature
from tests.stripe_double import accounts, checkout, disputes, intents, portal, subscriptions
from tests.stripe_double.faults import Faults
from tests.stripe_double.server import Server, _public
from tests.stripe_double.world import Object, World

Deliver = Callable[[bytes, str], int]


class Double:
    """A running double. `url`, `key` and `secret` are for the settings; the methods are what people and banks do."""

    def __init__(
        self, port: int = 0, *, key: str = "sk_test_double", secret: str = "whsec_double", host: str = "127.0.0.1"
    ) -> None:
        self.world, self.faults, self.key, self.secret = World(), Faults(), key, secret
        self._server = Server((host, port), self.world, self.faults, key)
        self.url = self.world.url = f"http://{host}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="stripe", daemon=True)
        self._sent = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def environ(self) -> dict[str, str]:
        """What a process must know to take this for Stripe."""
        return {"STRIPE_API_KEY": self.key, "STRIPE_API_BASE": self.url, "STRIPE_WEBHOOK_SECRET": self.secret}

    @property
    def asked(self) -> list[tuple[str, str, str | None, str | None]]:
        """Requests of the API so far: method, path, account, idempotency key."""
        return self._server.asked

    def object(self, wanted: str) -> Object:
        """The object of this id as it is now; for looking, not for changing."""
        return self.world.objects[wanted][1]

    def signed(self, event: Object, *, at: datetime | None = None, secret: str | None = None) -> tuple[bytes, str]:
        """An event as it is posted, and its signature."""
        payload = json.dumps(_public(event), default=str).encode()
        return payload, signature(payload, secret or self.secret, at=at or datetime.now(UTC))

    def waiting(self) -> list[Object]:
        """Events that were not delivered yet, oldest first."""
        return self.world.events[self._sent :]

    def deliver(
        self, to: Deliver, *, order: Callable[[list[Object]], Iterable[Object]] = list, times: int = 1
    ) -> list[int]:
        """Post what waits, signed, each so many times, in the order that `order` makes of it; the answers."""
        with self.world.lock:
            events, self._sent = self.waiting(), len(self.world.events)
        return [to(*self.signed(event)) for event in order(events) for _ in range(times)]

    def lose(self) -> int:
        """Forget what waits, as if it had never arrived; how many that were."""
        lost, self._sent = len(self.waiting()), len(self.world.events)
        return lost

    def happen(self, event_type: str, about: Object, account: str | None = None) -> Object:
        """An event of any kind."""
        with self.world.lock:
            self.world.emit(event_type, about, account)
            return self.world.events[-1]

    def advance(self, **time: float) -> None:
        """Let time pass (`days=30`): trials end, periods turn, payments are tried again."""
        seconds = int(timedelta(**time).total_seconds())
        subscriptions.pass_time(self.world, seconds)

    def pay(self, session: str, method: str = "card", secret: str | None = None, *, later: bool = False) -> bool:
        """The payer fills in a page of Checkout (id or address); whether it is complete."""
        known = session.rstrip("/").rsplit("/", 1)[-1]
        secret = secret or {"card": "4242424242424242", "blik": "123456"}.get(method)
        with self.world.lock:
            return checkout.finish(
                self.world, self.object(known), method, secret, email="ksiegowosc@example.pl", later=later
            )

    def bank_says(self, session: str, *, paid: bool) -> None:
        """The bank's late answer to a payment made with `later=True`."""
        with self.world.lock:
            checkout.bank_says(self.world, self.object(session.rsplit("/", 1)[-1]), paid=paid)

    def refund_ends(self, refund: str, *, failed: bool = False) -> None:
        with self.world.lock:
            intents.settle_refund(self.world, self.object(refund), failed=failed)

    def dispute(self, payment: str, reason: str = "fraudulent", amount: int | None = None) -> str:
        """The payer's bank asks back what was paid on a page, by an intent or a charge (ids); the dispute's id."""
        with self.world.lock:
            found = self.object(payment.rsplit("/", 1)[-1])
            if found["object"] == "checkout.session":
                found = self.object(found["payment_intent"])
            if found["object"] == "payment_intent":
                found = self.object(found["latest_charge"])
            return str(disputes.begin(self.world, found, reason, amount)["id"])

    def dispute_ends(self, dispute: str, *, won: bool) -> None:
        """The payer's bank has decided."""
        with self.world.lock:
            disputes.close(self.world, self.object(dispute), won=won)

    def onboard(self, account: str, *, partly: bool = False) -> None:
        """The owner of a connected account answers Stripe's questions."""
        with self.world.lock:
            accounts.fill_in(self.world, self.object(account), partly=partly)

    def cut_off(self, account: str) -> None:
        with self.world.lock:
            accounts.cut_off(self.world, self.object(account))

    def disconnect(self, account: str) -> None:
        with self.world.lock:
            accounts.disconnect(self.world, self.object(account))

    def in_portal(self, session: str, action: str, card: str = "4242424242424242") -> None:
        """The customer acts in the portal (id or address): `cancel`, `keep` or `card`."""
        with self.world.lock:
            portal.act(self.world, self.object(session.rsplit("/", 1)[-1]), action, card)

    def every(self, kind: str, **equal: Any) -> list[Object]:
        """All objects of a kind (`subscription`, `checkout.session`) whose fields are so, oldest first."""
        with self.world.lock:
            return [one for one in self.world.every(kind) if all(one.get(key) == value for key, value in equal.items())]

    def fresh_secret(self) -> str:
        """Another signing secret, as when an endpoint's is rotated."""
        return f"whsec_{secrets.token_hex(8)}"
