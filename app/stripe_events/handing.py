"""Who wants to hear of which events."""

from __future__ import annotations

from collections.abc import Callable

from app.gateways.payments.events import Event

Handler = Callable[[Event], None]
_handlers: dict[tuple[str, str], Handler] = {}


def on_event(prefix: str, handler: Handler) -> None:
    """Have `handler(event)` called for each event whose type begins with `prefix` (`customer.subscription.`).

    It runs in a worker, bound to no tenant, in a unit of work of the platform that is committed after it. It fetches
    the object of the event, for events come in any order; it may run again for the same event; it may bind a tenant
    (that closes the session: commit before and inside, `work.commit()`). `TryLater` has it called again later; any
    other exception marks the event as failed, for an operator to look at. An event of an object that it does not
    know is none of its business: it returns.
    """
    _handlers[prefix, f"{handler.__module__}.{handler.__qualname__}"] = handler


def handlers(event_type: str) -> list[Handler]:
    """Whoever asked for this type."""
    return [handler for (prefix, _name), handler in _handlers.items() if event_type.startswith(prefix)]
