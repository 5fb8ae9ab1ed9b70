"""What the double knows: objects of the platform's account and of connected ones, events, used keys, a clock."""

from __future__ import annotations

import copy
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import stripe

from tests.stripe_double.faults import invalid, missing

Object = dict[str, Any]
API_VERSION = stripe.api_version
DAY = 86400


@dataclass(slots=True)
class World:
    """Everything, behind one lock. `url` is where hosted pages are found."""

    url: str = ""
    offset: int = 0
    objects: dict[str, tuple[str | None, Object]] = field(default_factory=dict)
    events: list[Object] = field(default_factory=list)
    answers: dict[tuple[str | None, str], tuple[str, int, Any]] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    told: list[Callable[[Object], None]] = field(default_factory=list)

    def now(self) -> int:
        return int(time.time()) + self.offset

    def add(self, prefix: str, kind: str, account: str | None, **values: Any) -> Object:
        """A new object with a random id."""
        made = {"id": values.pop("id", None) or f"{prefix}_{secrets.token_hex(9)}", "object": kind}
        made |= {"created": self.now(), "livemode": False} | values
        self.objects[made["id"]] = (account, made)
        return made

    def find(self, kind: str, wanted: Any, account: str | None) -> Object:
        """The object, as it is. Raises `Fault` 404: also for another account's."""
        owner, found = self.objects.get(str(wanted), (None, {}))
        if not found or found["object"] != kind or owner != account:
            raise missing(kind, str(wanted))
        return found

    def owner(self, wanted: str) -> str | None:
        return self.objects[wanted][0]

    def every_object(self) -> list[Object]:
        return [one for _owner, one in self.objects.values()]

    def every(self, kind: str, account: str | type[Any] | None = Any) -> list[Object]:
        """All of a kind, oldest first; of one account, or of any."""
        kept = self.objects.values()
        return [one for owner, one in kept if one["object"] == kind and (account is Any or owner == account)]

    def emit(self, event_type: str, about: Object, account: str | None, **previous: Any) -> None:
        """Something happened: an event with the object as it is now."""
        data: Object = {"object": copy.deepcopy(about)}
        if previous:
            data["previous_attributes"] = previous
        event = {
            "id": f"evt_{secrets.token_hex(9)}",
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": event_type,
        } | ({"account": account} if account else {})
        self.events.append(event)
        for listener in self.told:
            listener(event)


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the world, the account it acts for, its parameters, the ids of its path."""

    world: World
    account: str | None
    params: Object
    ids: tuple[str, ...] = ()

    def find(self, kind: str, wanted: Any = None) -> Object:
        return self.world.find(kind, self.ids[0] if wanted is None else wanted, self.account)

    def add(self, prefix: str, kind: str, **values: Any) -> Object:
        return self.world.add(prefix, kind, self.account, **values)

    def emit(self, event_type: str, about: Object, **previous: Any) -> None:
        self.world.emit(event_type, about, self.account, **previous)


def merged(before: Object | None, given: Any) -> Object:
    """Metadata after a request: empty values unset their key, an empty string unsets all."""
    if given == "":
        return {}
    return {key: value for key, value in ((before or {}) | (given or {})).items() if value != ""}


def page(call: Call, found: Iterable[Object], url: str, *equal: str) -> Object:
    """A list as Stripe answers it: newest first, `limit`, `starting_after`; `equal` filters by what is the same."""
    rows = [one for one in found if all(one.get(key) == call.params[key] for key in equal if key in call.params)]
    rows.reverse()
    created = call.params.get("created")
    if isinstance(created, dict):
        tests = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}
        rows = [one for one in rows if all(tests[key](one["created"], value) for key, value in created.items())]
    after, before = call.params.get("starting_after"), call.params.get("ending_before")
    ids = [one["id"] for one in rows]
    for mark in (after, before):
        if mark is not None and mark not in ids:
            raise invalid(f"No such object: '{mark}'", "starting_after", "resource_missing")
    if after is not None:
        rows = rows[ids.index(after) + 1 :]
    if before is not None:
        rows = rows[: ids.index(before)]
    limit = call.params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("Invalid integer: limit must be between 1 and 100", "limit")
    return {"object": "list", "url": url, "has_more": len(rows) > limit, "data": rows[:limit]}


def expanded(world: World, answer: Object, paths: Iterable[str]) -> Object:
    """The answer with the ids at these paths replaced by what they name."""
    answer = json.loads(json.dumps(answer, default=str))
    for path in paths:
        _expand(world, answer, path.split("."))
    return answer


def _expand(world: World, place: Any, steps: list[str]) -> None:
    if not steps or place is None:
        return
    if isinstance(place, list):
        for one in place:
            _expand(world, one, steps)
        return
    if steps[0] not in place:
        raise invalid(f"This property cannot be expanded ({steps[0]}).", "expand")
    value = place[steps[0]]
    if isinstance(value, str):
        if value not in world.objects:
            raise invalid(f"This property cannot be expanded ({steps[0]}).", "expand")
        value = place[steps[0]] = json.loads(json.dumps(world.objects[value][1], default=str))
    _expand(world, value, steps[1:])
