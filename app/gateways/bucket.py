"""Stored files in S3-compatible storage (`s3://bucket/prefix`), of whatever maker S3_ENDPOINT_URL names.

The client finds its credentials as it always does: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile, or the role
of the machine. An object appears whole or not at all, which is the storage's own promise.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from app.gateways.files import BLOCK, Stored, checked, measured

SPOOL = 8 << 20
MISSING = ("404", "NoSuchKey", "NotFound")
MOST_AT_ONCE = 1000  # keys that one request may delete


class Bucket:
    """Files as objects of one bucket, below a prefix."""

    def __init__(self, bucket: str, prefix: str, endpoint: str | None) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        config = Config(
            retries={"max_attempts": 3}, connect_timeout=5, read_timeout=60, s3={"addressing_style": "path"}
        )
        self._client: Any = boto3.client("s3", endpoint_url=endpoint, config=config)

    def put(self, key: str, source: BinaryIO) -> Stored:
        size, sha256 = self._write(checked(key), iter(lambda: source.read(BLOCK), b""))
        return Stored(key, size, sha256)

    @contextmanager
    def local_path(self, key: str) -> Iterator[Path]:
        with tempfile.NamedTemporaryFile(prefix="osiedle-") as copy:
            with self.reading(key) as file:
                measured(iter(lambda: file.read(BLOCK), b""), cast(BinaryIO, copy))
            copy.flush()
            yield Path(copy.name)

    @contextmanager
    def reading(self, key: str) -> Iterator[BinaryIO]:
        with self._opened(checked(key)) as file:
            yield file

    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=self._bucket, Key=self._prefix + checked(key))

    def names(self, root: str, before: datetime | None = None) -> list[str]:
        start = f"{self._prefix}{root}/"
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=start)
        found = (one for page in pages for one in page.get("Contents", ()))
        return sorted(one["Key"].removeprefix(start) for one in found if before is None or one["LastModified"] < before)

    @contextmanager
    def below(self, root: str, name: str) -> Iterator[BinaryIO]:
        with self._opened(f"{root}/{name}") as file:
            yield file

    def fill(self, root: str, name: str, blocks: Iterable[bytes]) -> None:
        self._write(f"{root}/{name}", blocks)

    def clear(self, root: str) -> None:
        found = self.names(root)
        for start in range(0, len(found), MOST_AT_ONCE):
            keys = [{"Key": f"{self._prefix}{root}/{name}"} for name in found[start : start + MOST_AT_ONCE]]
            self._client.delete_objects(Bucket=self._bucket, Delete={"Objects": keys, "Quiet": True})

    @contextmanager
    def _opened(self, key: str) -> Iterator[BinaryIO]:
        try:
            found = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in MISSING:
                raise FileNotFoundError(key) from error
            raise
        try:
            yield found["Body"]
        finally:
            found["Body"].close()

    def _write(self, key: str, blocks: Iterable[bytes]) -> tuple[int, bytes]:
        # Measured first: what cannot be read to its end must not become an object.
        with tempfile.SpooledTemporaryFile(max_size=SPOOL) as whole:
            size, sha256 = measured(blocks, cast(BinaryIO, whole))
            whole.seek(0)
            self._client.upload_fileobj(whole, self._bucket, self._prefix + key)
        return size, sha256
