"""The chain of a tenant's register of deliveries.

An event's address and note may be wiped when a person is forgotten: the chain covers their `proof` instead, and still
holds. While they are there they must agree with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.chains import Chain, Lines
from app.core.chains import Tampered as Tampered
from app.deliveries.models import DeliveryHead, DeliverySeal
from app.outbox.events import proven

FIELDS = ("id", "at", "kind", "delivery", "message_id", "channel", "proof")
_UNSEALED = "NOT EXISTS (SELECT FROM delivery_seals s WHERE s.event_id = e.id)"
# A transaction that ended late brings an event between sealed ones; none ends five thousand events late.
_OLD = "coalesce((SELECT event_id FROM delivery_seals ORDER BY sequence DESC OFFSET 5000 LIMIT 1), 0)"


def _agrees(row: Mapping[Any, Any]) -> bool:
    if row["whom"] is None and row["note"] is None:
        return True  # wiped
    said = proven(row["message_id"], row["kind"], row["whom"], row["note"], row["content"]).hex()
    return bool(said == row["proof"])


CHAIN = Chain(
    Lines(
        "the register of deliveries",
        FIELDS,
        "e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS at, e.kind, "
        "i.public_id AS delivery, i.message_id, i.channel, encode(e.proof, 'hex') AS proof, e.whom, e.note, e.content",
        "delivery_events e JOIN outbox_items i ON i.id = e.item_id",
        fresh=f"e.id > {_OLD} AND {_UNSEALED}",
        misplaced=f"e.id <= {_OLD} AND {_UNSEALED}",
        proven=_agrees,
    ),
    seals=DeliverySeal, column="event_id", heads=DeliveryHead, lock=17,
)  # fmt: skip
waits, seal, verify, standing = CHAIN.waits, CHAIN.seal, CHAIN.verify, CHAIN.standing
