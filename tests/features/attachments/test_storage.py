"""A folder and a bucket behave alike, and a key never leads out of its manager's files."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core import runtime
from app.core.clock import now
from app.gateways import files
from app.gateways.files import Storage, key
from tenants import archive
from tenants.context import bind
from tenants.keys import file_root

CONTENT = os.urandom(3_000_000)


@pytest.fixture
def inside(app: Any, tenant: Any) -> Iterator[Any]:
    with app.app_context(), bind(tenant):
        yield tenant


class Broken(io.RawIOBase):
    """A source that gives some bytes and then fails, as a connection does that breaks off."""

    def __init__(self) -> None:
        self._given = False

    def read(self, _size: int = -1) -> bytes:
        if self._given:
            raise ConnectionError("broke off")
        self._given = True
        return b"half of a file"


def test_what_is_put_is_read_back_by_every_way(inside: Any, storage: Storage) -> None:
    stored = storage.put(key("documents", "a.pdf"), io.BytesIO(CONTENT))
    assert (stored.size, stored.sha256) == (len(CONTENT), hashlib.sha256(CONTENT).digest())
    with storage.local_path(stored.key) as path:
        assert path.read_bytes() == CONTENT
    with storage.reading(stored.key) as file:
        assert file.read(10) == CONTENT[:10] and file.read() == CONTENT[10:]


def test_a_second_file_takes_the_place_of_the_first(inside: Any, storage: Storage) -> None:
    for content in (b"first", b"second"):
        storage.put(key("documents", "a"), io.BytesIO(content))
    with storage.reading(key("documents", "a")) as file:
        assert file.read() == b"second"


def test_a_file_that_is_not_there_is_said_to_be_missing(inside: Any, storage: Storage) -> None:
    storage.put(key("documents", "a"), io.BytesIO(b"x"))
    storage.delete(key("documents", "a"))
    storage.delete(key("documents", "a"))
    for way in (storage.local_path, storage.reading):
        with pytest.raises(FileNotFoundError), way(key("documents", "a")):
            pass


def test_a_source_that_breaks_off_leaves_nothing(inside: Any, storage: Storage) -> None:
    with pytest.raises(ConnectionError):
        storage.put(key("documents", "a"), Broken())
    with pytest.raises(FileNotFoundError), storage.reading(key("documents", "a")):
        pass
    assert storage.names(file_root()) == []


@pytest.mark.parametrize("bad", ["{root}/../t_other/a", "t_other/documents/a", "{root}", "/{root}/a", "{root}/a b", ""])
def test_a_key_of_somebody_else_is_refused_by_every_way(inside: Any, storage: Storage, bad: str) -> None:
    bad = bad.format(root=file_root())
    for way in (storage.local_path, storage.reading):
        with pytest.raises(ValueError, match="not a storage key"), way(bad):
            pass
    with pytest.raises(ValueError, match="not a storage key"):
        storage.put(bad, io.BytesIO(b"x"))
    with pytest.raises(ValueError, match="not a storage key"):
        storage.delete(bad)


def test_names_are_those_of_one_manager_and_of_a_time(inside: Any, storage: Storage) -> None:
    storage.put(key("documents", "b"), io.BytesIO(b"x"))
    storage.put(key("attachments", "a"), io.BytesIO(b"x"))
    storage.fill("t_other", "documents/c", iter([b"x"]))
    assert storage.names(file_root()) == ["attachments/a", "documents/b"]
    assert storage.names(file_root(), before=now() - timedelta(hours=1)) == []
    assert storage.names(file_root(), before=now() + timedelta(hours=1)) == ["attachments/a", "documents/b"]
    storage.clear(file_root())
    assert storage.names(file_root()) == [] and storage.names("t_other") == ["documents/c"]


def test_a_manager_with_its_files_is_taken_from_one_storage_into_the_other(
    app: Any, inside: Any, storage: Storage, tmp_path: Path
) -> None:
    storage.put(key("documents", "a.pdf"), io.BytesIO(CONTENT))
    owner = app.settings.database_url.replace("+psycopg", "")
    manifest = archive.export(owner, inside.slug, tmp_path / "archiwum.zip", storage=storage)
    assert [(part.path, part.size) for part in manifest.files] == [("documents/a.pdf", len(CONTENT))]
    other = files.Folder(tmp_path / "other")
    back = archive.restore(
        app.settings.database_url,
        tmp_path / "archiwum.zip",
        slug="przeniesiona",
        base_domain="localhost",
        storage=other,
    )
    try:
        with other.below(back.schema, "documents/a.pdf") as file:
            assert file.read() == CONTENT
    finally:
        from tenants import provisioning

        provisioning.remove(app.settings.database_url, "przeniesiona")


def test_the_address_of_the_storage_chooses_its_kind(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for address, kind in (("file:///srv/osiedle", "Folder"), ("s3://pliki/osiedle", "Bucket")):
        settings = replace(runtime.settings(), storage_url=address, s3_endpoint_url="http://127.0.0.1:9")
        monkeypatch.setattr("app.gateways.files.settings", lambda settings=settings: settings)
        assert type(files.files()).__name__ == kind
