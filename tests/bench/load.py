"""The load generator, in a process of its own: `python -m tests.bench.load` with an order on standard input.

The order is `{"port", "visits": [[host, cookies], …], "connections", "seconds", "first"}`. Each keep-alive connection
asks for /payments as the next visitor in turn, so tenant and resident change with each request. `seconds` 0 means
once through all visits; then the cookies that were set are in the answer.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

PATH = "/payments"
SMALLEST_PAGE = 8_000  # bytes; less is an error or a redirect


class Run:
    """What all connections share: whose turn it is, and what came of it."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.requests = [
            f"GET {PATH} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\nAccept: text/html\r\n"
            f"User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\r\n".encode()
            for host, cookies in order["visits"]
        ]
        self.once = not order["seconds"]
        self.next = order["first"]
        self.ends = time.perf_counter() + (order["seconds"] or 600)
        self.latencies: list[float] = []
        self.cookies: dict[int, list[str]] = {}
        self.bytes = 0
        self.bad: list[str] = []

    def turn(self) -> int | None:
        if time.perf_counter() >= self.ends or len(self.bad) > 20 or (self.once and self.next >= len(self.requests)):
            return None
        self.next += 1
        return (self.next - 1) % len(self.requests)

    def answered(self, number: int, head: bytes, size: int, seconds: float) -> None:
        self.latencies.append(seconds)
        self.bytes += size
        if not head.startswith(b"HTTP/1.1 200") or size < SMALLEST_PAGE:
            self.bad.append(head[:300].decode("latin-1"))
        if self.once:
            lines = head.decode("latin-1").split("\r\n")
            found = [line[11:].strip().partition(";")[0] for line in lines if line.lower().startswith("set-cookie:")]
            if found:
                self.cookies[number] = found


async def visit(run: Run, port: int) -> None:
    reader = writer = None
    while (number := run.turn()) is not None:
        started = time.perf_counter()
        if writer is None or reader is None or reader.at_eof():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(run.requests[number])
            head = await reader.readuntil(b"\r\n\r\n")
            size = _length(head)
            await reader.readexactly(size)
        except (asyncio.IncompleteReadError, ConnectionError):  # a worker that reached its number of requests
            writer.close()
            writer = None
            continue
        run.answered(number, head, size, time.perf_counter() - started)
        if b"\r\nconnection: close" in head.lower():
            writer.close()
            writer = None


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def main() -> dict[str, Any]:
    order = json.load(sys.stdin)
    run = Run(order)
    started = time.perf_counter()
    await asyncio.gather(*(visit(run, order["port"]) for _ in range(order["connections"])))
    return {
        "seconds": time.perf_counter() - started,
        "latencies": run.latencies,
        "bytes": run.bytes,
        "bad": run.bad,
        "next": run.next,
        "cookies": run.cookies,
    }


if __name__ == "__main__":
    json.dump(asyncio.run(main()), sys.stdout)
