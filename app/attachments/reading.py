"""The parent's side: the words and pictures of a file, read by a process that can do no harm."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import structlog

from app.attachments import queries
from app.attachments.queries import File

ROOT = Path(__file__).resolve().parents[2]
WALL_SECONDS = 120
log = structlog.get_logger("osiedle.attachments")


def words(named: int | str) -> str:
    """The text of a file, at most a million characters, for searching; empty when it cannot be read.

    Slow: for jobs. Raises `NotThere` when the file is gone.
    """
    return str(_asked(queries.file(named), "words").get("words", ""))


def pages(found: File) -> list[list[bytes]]:
    """The first pages as PNGs, one for each width; none when it cannot be read. Raises `NotThere` when it is gone."""
    drawn = _asked(found, "pages").get("pages", [])
    return [[base64.b64decode(picture) for picture in page] for page in drawn]


def _asked(found: File, want: str) -> dict[str, Any]:
    with queries.local_path(found) as path:
        request = {"path": str(path.resolve()), "type": found.content_type, "want": want}
        try:
            done = subprocess.run(
                [sys.executable, "-B", "-E", "-s", "-m", "app.attachments.child"],
                cwd=ROOT, env={"LC_ALL": "C.UTF-8"}, input=json.dumps(request).encode(), capture_output=True,
                timeout=WALL_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            log.warning("a file takes too long to read", file=found.public_id)
            return {}
    if done.returncode:  # too hungry, too slow, or a library that fell: the file is kept, only not looked into
        log.warning("a file cannot be looked into", file=found.public_id, status=done.returncode)
        return {}
    told: dict[str, Any] = json.loads(done.stdout)
    return told
