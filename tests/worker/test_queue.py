"""What lies in Redis is a bell and nothing else: crafted jobs are not run, and the real command works off the rest."""

from __future__ import annotations

import json
import os
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.worker.jobs import enqueue, notes
from worker import queues


class Exploit:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.path),)


def crafted(place: Path) -> dict[str, dict[str, Any]]:
    def data(name: str, instance: Any, args: list[Any], kwargs: dict[str, Any]) -> bytes:
        return zlib.compress(json.dumps([name, instance, args, kwargs]).encode())

    made = str(place)
    return {
        "pickle": {"data": zlib.compress(pickle.dumps(Exploit(place)))},
        "bare pickle": {"data": pickle.dumps(Exploit(place))},
        "another function": {"data": data("os.mkdir", None, [made], {})},
        "a method": {"data": data("worker.entry.run", made, [1, 2], {})},
        "words for numbers": {"data": data("worker.entry.run", None, ["1; DROP SCHEMA platform", 1], {})},
        "more words": {"data": data("worker.entry.run", None, [1, 1], {"made": made})},
        "a function to follow": {
            "data": data("worker.entry.run", None, [987654, 1], {}), "success_callback_name": "os.mkdir",
        },
        "a function to fail with": {
            "data": data("worker.entry.run", None, [987654, 1], {}), "failure_callback_name": "os.mkdir",
        },
        "rubbish": {"data": b"\x00\xff"},
        "nothing": {},
    }  # fmt: skip


@pytest.mark.parametrize("kind", list(crafted(Path("/nowhere"))))
def test_only_bells_are_answered(app: Any, tenant: Any, tmp_path: Path, burst: Callable[[], None], kind: str) -> None:
    place = tmp_path / "made"
    redis = queues.connection()
    fields = {
        "created_at": "2026-11-21T08:00:00.000000Z",
        "status": "queued",
        "origin": "osiedle-urgent",
        "timeout": 60,
    }
    redis.hset("rq:job:crafted", mapping=fields | crafted(place)[kind])
    redis.rpush(queues.queue("urgent").key, "crafted")
    enqueue(app, tenant, "tests.note")
    burst()
    assert not place.exists()
    assert notes(app, tenant) == ["ran"], "the worker went on to the next"


def test_the_command_works_off_the_queues(
    app: Any, quiet_night: None, new_tenant: Any, flask_command: Callable[..., Any]
) -> None:
    from tests.features.imports.doing import scalar

    tenant = new_tenant(post=True)
    with_letter = "SELECT count(*) FROM jobs WHERE state IN ('waiting', 'running')"
    assert scalar(app, tenant, with_letter) == 1
    flask_command("scheduler", "--once", check=True)
    flask_command("worker", "--burst", check=True)
    assert scalar(app, tenant, with_letter) == 0
