"""Ports of this machine: where browsers look for `localhost`, and whether something listens there."""

from __future__ import annotations

import socket
from collections.abc import Sequence


def loopback_addresses() -> list[str]:
    """127.0.0.1, and ::1 where this machine has it: browsers try either for `*.localhost`."""
    return ["127.0.0.1", *(["::1"] if _can_bind("::1", 0) else [])]


def port_taken(addresses: Sequence[str], port: int) -> bool:
    """Whether some other program listens there."""
    return not all(_can_bind(address, port) for address in addresses)


def _can_bind(address: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError:
        return False
    return True
