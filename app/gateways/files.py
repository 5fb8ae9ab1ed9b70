"""Stored files: bytes under keys that carry the tenant, at the place that STORAGE_URL names.

`file:///dir` keeps them in a folder, `s3://bucket/prefix` in S3-compatible storage; both behave alike. A file appears
whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Protocol
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


class Storage(Protocol):
    """A place for files. Keys are those of the bound tenant; anything else is a `ValueError`."""

    def put(self, key: str, source: BinaryIO) -> Stored:
        """Store what is read from `source`, in the place of what was there."""

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        """The file as a path on this machine. Raises `FileNotFoundError`."""

    @contextmanager
    def reading(self, key: str) -> Iterator[BinaryIO]:
        """The file to be read once from its beginning. Raises `FileNotFoundError`."""

    def delete(self, key: str) -> None:
        """Remove a file; one that is not there is no fault."""

    def names(self, root: str, before: datetime | None = None) -> list[str]:
        """The paths of all files of a tenant below its root, in order, also without a tenant bound; `before`: only
        those that were written before that moment."""

    @contextmanager
    def below(self, root: str, name: str) -> Iterator[BinaryIO]:
        """One of `names` to be read once: for archives. Raises `FileNotFoundError`."""

    def fill(self, root: str, name: str, blocks: Iterable[bytes]) -> None:
        """Write a file below a root: for archives. One that cannot be read in full leaves nothing."""

    def clear(self, root: str) -> None:
        """Remove all files below a root."""


class Folder:
    """Files in a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, source: BinaryIO) -> Stored:
        blocks = iter(lambda: source.read(BLOCK), b"")
        size, sha256 = self._write(self.root / checked(key), blocks)
        return Stored(key, size, sha256)

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        path = self.root / checked(key)
        if not path.is_file():
            raise FileNotFoundError(key)
        yield path

    @contextmanager
    def reading(self, key: str) -> Iterator[BinaryIO]:
        with self.local_path(key) as path, path.open("rb") as file:
            yield file

    def delete(self, key: str) -> None:
        (self.root / checked(key)).unlink(missing_ok=True)

    def names(self, root: str, before: datetime | None = None) -> list[str]:
        folder = self.root / root
        found = (
            path
            for path in folder.rglob("*")
            # a name with a dot in front is a file that is still being written
            if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
        )
        limit = before.timestamp() if before else None
        return sorted(
            path.relative_to(folder).as_posix() for path in found if limit is None or path.stat().st_mtime < limit
        )

    @contextmanager
    def below(self, root: str, name: str) -> Iterator[BinaryIO]:
        with (self.root / root / name).open("rb") as file:
            yield file

    def fill(self, root: str, name: str, blocks: Iterable[bytes]) -> None:
        self._write(self.root / root / name, blocks)

    def clear(self, root: str) -> None:
        shutil.rmtree(self.root / root, ignore_errors=True)

    @staticmethod
    def _write(target: Path, blocks: Iterable[bytes]) -> tuple[int, bytes]:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".part-")
        try:
            with os.fdopen(handle, "wb") as file:
                size, sha256 = measured(blocks, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return size, sha256


def measured(blocks: Iterable[bytes], file: BinaryIO) -> tuple[int, bytes]:
    """Write blocks; returns their size in bytes and the SHA-256 of all."""
    digest, size = hashlib.sha256(), 0
    for block in blocks:
        digest.update(block)
        size += len(block)
        file.write(block)
    return size, digest.digest()


def checked(key: str) -> str:
    """The key again. Raises `ValueError` for one that is not of the bound tenant."""
    if not _KEY.fullmatch(key) or ".." in key or not key.startswith(file_root() + "/"):
        raise ValueError(f"not a storage key of this tenant: {key!r}")
    return key


def files() -> Storage:
    """The storage of this deployment. Raises `ValueError` for an address of an unknown kind."""
    return _storage(settings().storage_url, settings().s3_endpoint_url, os.getpid())


@lru_cache(maxsize=4)
def _storage(address: str, endpoint: str | None, _process: int) -> Storage:
    """One for each process: connections must not be shared with a process that was forked."""
    url = urlsplit(address)
    if url.scheme == "file":
        return Folder(Path(unquote(url.path)))
    if url.scheme == "s3" and url.hostname:
        from app.gateways.bucket import Bucket  # the client is large, and few deployments need it

        return Bucket(url.netloc, unquote(url.path).strip("/"), endpoint)
    raise ValueError("STORAGE_URL must be file:///dir or s3://bucket/prefix.")


def key(kind: str, name: str) -> str:
    """The key of a file of the bound tenant."""
    return f"{file_root()}/{kind}/{name}"
