"""Residents who look at their balance while something else goes on: `python -m tests.bench.readers`.

The order on standard input is one line `{"port", "visits": [[host, cookies], …], "pause"}`. One keep-alive connection
asks for /payments as the next visitor in turn, `pause` seconds after each answer, until standard input ends; then
the latencies are printed.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

from tests.bench.place import ROOT

PATH = "/payments"
PAUSE = 0.02


@contextmanager
def reading(port: int, visits: list[list[str]]) -> Iterator[list[float]]:
    """Residents read while the body runs; afterwards the list holds the seconds of each answer."""
    seconds: list[float] = []
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.readers"],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps({"port": port, "visits": visits, "pause": PAUSE}) + "\n")
    process.stdin.flush()
    try:
        yield seconds
    finally:
        answer, _ = process.communicate()
        seconds.extend(json.loads(answer or "[]"))
        if process.returncode:
            raise RuntimeError("a resident was answered with something else than the page")


def percentile(seconds: list[float], part: float = 0.95) -> float:
    """The latency that this part of all answers did not exceed."""
    return sorted(seconds)[min(len(seconds) - 1, int(part * len(seconds)))]


def main() -> None:
    order: dict[str, Any] = json.loads(sys.stdin.readline())
    over = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", order["port"], timeout=30)
    seconds: list[float] = []
    for host, cookies in cycle(order["visits"]):
        if over.is_set() and seconds:
            break
        began = time.perf_counter()
        connection.request("GET", PATH, headers={"Host": host, "Cookie": cookies, "Accept": "text/html"})
        answer = connection.getresponse()
        size = len(answer.read())
        if answer.status != 200 or size < 8_000:
            sys.exit(f"{answer.status}, {size} bytes")
        seconds.append(time.perf_counter() - began)
        time.sleep(order["pause"])
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
