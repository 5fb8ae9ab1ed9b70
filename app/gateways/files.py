"""Stored files: bytes under keys that carry the tenant, at the place that STORAGE_URL names.

`file:///dir` keeps them in a folder. A file appears whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from app.core.runtime import settings
from tenants.keys import file_root

BLOCK = 1 << 20
_KEY = re.compile(r"[a-z0-9_]+(/[A-Za-z0-9_.-]+)+")


@dataclass(frozen=True, slots=True)
class Stored:
    """What was stored: its key, its size in bytes and the SHA-256 of its bytes."""

    key: str
    size: int
    sha256: bytes


class Folder:
    """Files in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, source: BinaryIO) -> Stored:
        target = self._path(key)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        digest, size = hashlib.sha256(), 0
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                while block := source.read(BLOCK):
                    digest.update(block)
                    size += len(block)
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return Stored(key, size, digest.digest())

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """The file as a path on this machine. Raises `FileNotFoundError`."""
        path = self._path(key)
        if not path.is_file():
            raise FileNotFoundError(key)
        yield path

    def delete(self, key: str) -> None:
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key) or ".." in key or not key.startswith(file_root() + "/"):
            raise ValueError(f"not a storage key of this tenant: {key!r}")
        return self.root / key


def files() -> Folder:
    """The storage of this deployment. Raises `ValueError` for an address of an unknown kind."""
    url = urlsplit(settings().storage_url)
    if url.scheme != "file":
        raise ValueError("STORAGE_URL must be file:///dir; other kinds of storage are not supported yet.")
    return Folder(Path(unquote(url.path)))


def key(kind: str, name: str) -> str:
    """The key of a file of the bound tenant."""
    return f"{file_root()}/{kind}/{name}"
