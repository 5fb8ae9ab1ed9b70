"""What archives and removal need of the place where files lie; the product's storage is one."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol


class Store(Protocol):
    """Where the files of tenants lie: each tenant's below a root that is called as its schema."""

    def names(self, root: str) -> list[str]: ...

    def below(self, root: str, name: str) -> AbstractContextManager[BinaryIO]: ...

    def fill(self, root: str, name: str, blocks: Iterable[bytes]) -> None: ...

    def clear(self, root: str) -> None: ...
