"""Several `flask` commands in one process, so that the product is imported once.

    python -m config.local.steps platform upgrade , -tenants migrate , demo load --if-missing

Stops at the first command that fails, with its exit code; one written with a dash before it may fail.
"""

from __future__ import annotations

import runpy
import sys


def main(words: list[str]) -> int:
    """Run the commands, separated by commas, in order."""
    while words:
        end = words.index(",") if "," in words else len(words)
        first, *rest = words[:end]
        code = _flask([first.removeprefix("-"), *rest])
        if code and not first.startswith("-"):
            return code
        words = words[end + 1 :]
    return 0


def _flask(arguments: list[str]) -> int:
    sys.argv = ["flask", *arguments]
    try:
        runpy.run_module("flask", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, int) or end.code is None:
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
