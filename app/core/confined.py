"""Giving up what reading a stranger's file does not need: memory, time, other programs, the network, writing.

For processes that are started to read one file and end. Nothing here needs the rest of the product.
"""

from __future__ import annotations

import os
import resource
import sys
from typing import Any

#: What a process does that has run out of memory.
OUT_OF_MEMORY = 3
FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system", "ctypes.")


BEHIND_PAGES = 10  # steps of priority: people wait for pages, nobody watches a file being read


def confine(memory: int, cpu: int, allowed: tuple[str, ...] = ()) -> None:
    """Hold this process to `memory` bytes and `cpu` seconds, for the rest of its life, and let pages go first.

    `allowed` are beginnings of what is otherwise `FORBIDDEN` and a library cannot work without.
    """
    os.nice(BEHIND_PAGES)
    bounds = {
        resource.RLIMIT_AS: (memory, memory),
        resource.RLIMIT_CPU: (cpu, cpu + 5),
        resource.RLIMIT_CORE: (0, 0),
        # Standard error goes to a file of the parent; nothing else is written (hence python -B: a byte-code
        # file cut at the limit would break every later import of its module).
        resource.RLIMIT_FSIZE: (64 * 1024, 64 * 1024),
    }
    for what, bound in bounds.items():
        try:
            resource.setrlimit(what, bound)
        except (ValueError, OSError):
            # Some systems do not know a limit, or already hold a smaller one.
            continue
    forbidden = tuple(one for one in FORBIDDEN if one not in allowed)

    def forbid(event: str, _arguments: tuple[Any, ...]) -> None:
        if event.startswith(forbidden):
            raise PermissionError(f"the reader of a file may not {event}")

    sys.addaudithook(forbid)
